// The options of every change: `--as`, `--reason`, `--request-id`.
#ifndef ACL_CLI_CALL_H_
#define ACL_CLI_CALL_H_

#include "absl/status/status.h"
#include "acl/cli/commands.h"
#include "acl/engine.h"

namespace acl::cli {

// All options except the dry run.
ChangeOptions OptionsOf(const CallArguments& call);

// OK, or MALFORMED with a message that names the option. A world file stores
// neither reasons nor request ids (a retry that relies on one would be applied
// again), so they are refused for it. Called before anything is opened.
absl::Status CheckOptions(const Common& common, const CallArguments& call);

}  // namespace acl::cli

#endif  // ACL_CLI_CALL_H_
