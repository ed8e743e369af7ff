#include "acl/cli/console.h"

#include "absl/strings/str_split.h"
#include "acl/base/fault.h"
#include "fmt/color.h"
#include "nlohmann/json.hpp"

namespace acl::cli {

std::string Styled(bool colour, Look look, absl::string_view text) {
  std::string plain(text);
  if (!colour) return plain;
  switch (look) {
    case Look::kGood:
      return fmt::format(fmt::fg(fmt::terminal_color::green), "{}", plain);
    case Look::kBad:
      return fmt::format(fmt::fg(fmt::terminal_color::red), "{}", plain);
    case Look::kStrong:
      return fmt::format(fmt::emphasis::bold, "{}", plain);
  }
  return plain;
}

ExitCode CodeFor(const absl::Status& status) {
  switch (FaultOf(status)) {
    case v1::MALFORMED:
    case v1::TYPE_UNKNOWN:
    case v1::ROLE_UNKNOWN:
    case v1::FILE_MALFORMED:
    case v1::WORKSPACE_NOT_FOUND:
      return kBadInput;
    default:
      return kFailure;
  }
}

ExitCode Fail(const Console& console, const absl::Status& status) {
  if (console.json) {
    const nlohmann::ordered_json error = {
        {"fault", v1::Fault_Name(FaultOf(status))},
        {"message", std::string(status.message())}};
    console.err << error.dump(-1, ' ', false,
                              nlohmann::json::error_handler_t::replace)
                << "\n";
    return CodeFor(status);
  }
  const std::string name = Styled(console.err_colour, Look::kBad, "acl:");
  for (const absl::string_view line :
       absl::StrSplit(status.message(), '\n', absl::SkipEmpty())) {
    console.err << name << " " << line << "\n";
  }
  return CodeFor(status);
}

}  // namespace acl::cli
