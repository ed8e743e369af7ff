// What every command does first and last: open the world, choose workspaces,
// turn refusals into messages and exit codes.
#ifndef ACL_CLI_SESSION_H_
#define ACL_CLI_SESSION_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "acl/engine.h"

namespace acl::cli {

// The exit codes of the command, for scripts (docs/cli.md).
enum ExitCode {
  kAllow = 0,     // done; for a check: allowed
  kFailure = 1,   // refused by the rules, or by the system
  kDeny = 2,      // for a check: denied
  kBadInput = 3,  // arguments or files that can't be understood
};

// Where results and messages go.
struct Console {
  std::ostream& out;
  std::ostream& err;
};

// What the options that all commands share say.
struct Common {
  std::string world;      // the file
  std::string workspace;  // an id; empty: all, or the only one
  bool json = false;
};

// The code for a refusal that is not a denial.
ExitCode CodeFor(const absl::Status& status);

// Prints `acl: ` and each line of the refusal; gives its code.
ExitCode Fail(const Console& console, const absl::Status& status);

// An engine with the world of a file in it.
class Session {
 public:
  // Reads and imports the file. A world that is refused is FILE_MALFORMED, with
  // a line for each fault that names file, line and path.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const Common& common);

  // The workspace that was asked for, or all of them, in bytewise order.
  // WORKSPACE_NOT_FOUND.
  absl::StatusOr<std::vector<Workspace>> Workspaces();

  // The one workspace that a change is for: MALFORMED if the world has several
  // and none was asked for.
  absl::StatusOr<Workspace> OneWorkspace();

  // Whether results should say which workspace they are of.
  bool many() const { return many_; }

  // Replaces the file by the world as it is now.
  absl::Status Save();

 private:
  explicit Session(Common common) : common_(std::move(common)) {}

  const Common common_;
  Engine engine_;
  bool many_ = false;
};

}  // namespace acl::cli

#endif  // ACL_CLI_SESSION_H_
