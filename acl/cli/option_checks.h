// Checks of option values, for the command-line parser.
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

// A number, possibly with a fraction, from `min` to `max`. For
// CLI::Option::check().
CLI::Validator NumberFrom(double min, int64_t max);

// A number of seconds, possibly with a fraction, from `min` to `max`. For
// CLI::Option::check().
CLI::Validator SecondsFrom(double min, double max);

// Makes every option and positional of the command, and of its subcommands,
// refuse an empty value: an unset variable in a script is a mistake, and does
// not mean that the option is absent.
void RefuseEmptyValues(CLI::App* app);

}  // namespace acl::cli

#endif  // ACL_CLI_OPTION_CHECKS_H_
