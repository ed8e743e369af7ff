// The man page and the shell completions, generated from the same description
// of the command line as its help.
#ifndef ACL_CLI_MANUAL_H_
#define ACL_CLI_MANUAL_H_

#include <string>

#include "CLI/App.hpp"

namespace acl::cli {

// The man page acl(1), as roff.
std::string ManPage(const CLI::App& app);

// A script for bash (`source <(acl completion bash)`) or zsh (a file `_acl` in
// the function path).
std::string BashCompletion(const CLI::App& app);
std::string ZshCompletion(const CLI::App& app);

}  // namespace acl::cli

#endif  // ACL_CLI_MANUAL_H_
