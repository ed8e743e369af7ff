// The acl command as a function.
#ifndef ACL_CLI_APP_H_
#define ACL_CLI_APP_H_

#include "acl/cli/session.h"

namespace acl::cli {

// Parses the arguments of `main` and runs the command. The world file may also
// come from the environment variable ACL_WORLD. Returns the exit code.
int Run(int argc, const char* const* argv, const Console& console);

}  // namespace acl::cli

#endif  // ACL_CLI_APP_H_
