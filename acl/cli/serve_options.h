// The options of `acl serve`.
#ifndef ACL_CLI_SERVE_OPTIONS_H_
#define ACL_CLI_SERVE_OPTIONS_H_

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "acl/cli/commands.h"

namespace acl::cli {

// Binds the options to `arguments`, which must outlive the parsing.
void AddServeOptions(CLI::App* serve, ServeArguments* arguments);

}  // namespace acl::cli

#endif  // ACL_CLI_SERVE_OPTIONS_H_
