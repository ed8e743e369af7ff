// The options that every change has: `--as`, `--reason`, `--request-id`.
#ifndef ACL_CLI_CALL_H_
#define ACL_CLI_CALL_H_

#include "absl/status/status.h"
#include "acl/cli/commands.h"
#include "acl/engine.h"

namespace acl::cli {

// All but the dry run.
ChangeOptions OptionsOf(const CallArguments& call);

// OK, or MALFORMED in words that name the option. A world file keeps neither a
// reason nor a request id (a retry that relies on one would be applied again),
// so they are refused for it. To be called before anything is opened.
absl::Status CheckOptions(const Common& common, const CallArguments& call);

}  // namespace acl::cli

#endif  // ACL_CLI_CALL_H_
