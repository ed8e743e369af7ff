// Where results and messages are written, and how they look.
#ifndef ACL_CLI_CONSOLE_H_
#define ACL_CLI_CONSOLE_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace acl::cli {

// The exit codes of the command, for scripts (docs/cli.md).
enum ExitCode {
  kAllow = 0,     // done; for a check: allowed; for a test: all hold
  kFailure = 1,   // refused by the rules, or by the system; a test: some don't
  kDiffers = 1,   // for a diff
  kDeny = 2,      // for a check: denied
  kBadInput = 3,  // arguments or files that can't be understood
  kLost = 4,      // for a salvage: something could not be read
};

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool json = false;          // answers and refusals in JSON
  bool out_terminal = false;  // `out` is a terminal
  bool out_colour = false;    // and may have colour
  bool err_terminal = false;  // `err` is a terminal: it shows progress
  bool err_colour = false;    // and may have colour
};

// The ways in which text can be highlighted.
enum class Look { kGood, kBad, kStrong };

// `text` with that look, if `colour`.
std::string Styled(bool colour, Look look, absl::string_view text);

// The code for a refusal that is not a denial.
ExitCode CodeFor(const absl::Status& status);

// Prints `acl: ` and each line of the refusal, or in JSON an object with the
// fault and the message; returns its exit code.
ExitCode Fail(const Console& console, const absl::Status& status);

}  // namespace acl::cli

#endif  // ACL_CLI_CONSOLE_H_
