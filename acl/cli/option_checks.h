// What the values of options may be: checks for the parser of the command line.
#ifndef ACL_CLI_OPTION_CHECKS_H_
#define ACL_CLI_OPTION_CHECKS_H_

#include <cstdint>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "CLI/Validators.hpp"

namespace acl::cli {

// A whole number in decimal digits, from `min` to `max`. For
// CLI::Option::transform().
CLI::Validator WholeNumber(int64_t min, int64_t max);

// A number, perhaps with a fraction, from `min` to `max`. For
// CLI::Option::check().
CLI::Validator NumberFrom(double min, int64_t max);

// A number of seconds, perhaps with a fraction, from `min` to `max`. For
// CLI::Option::check().
CLI::Validator SecondsFrom(double min, double max);

// Has every option and positional of the command, and of the commands below it,
// refuse an empty value: an unset variable of a script is a mistake, not the
// absence of the option.
void RefuseEmptyValues(CLI::App* app);

}  // namespace acl::cli

#endif  // ACL_CLI_OPTION_CHECKS_H_
