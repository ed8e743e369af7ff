#include "acl/cli/call.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl::cli {
namespace {

// Checks the options that every change has, so that a fault in one of them is
// not reported as a fault of the change.
absl::Status CheckCall(const CallArguments& call) {
  const absl::StatusOr<Actor> actor = Actor::Parse(call.actor);
  absl::Status status = actor.status();
  if (actor.ok() && !actor->is_system()) {
    // Every actor but the system is also a possible target.
    const absl::StatusOr<Target> same = Target::Parse(call.actor);
    status = same.ok() ? CheckForm(*same) : same.status();
  }
  if (!status.ok()) {
    return Refuse(FaultOf(status), absl::StrCat("`--as`: ", status.message()));
  }
  if (!call.reason.empty()) {
    status = CheckId("`--reason`", call.reason);
    if (!status.ok()) return status;
  }
  if (call.request_id.empty()) return absl::OkStatus();
  return CheckId("`--request-id`", call.request_id);
}

}  // namespace

ChangeOptions OptionsOf(const CallArguments& call) {
  ChangeOptions options;
  options.reason = call.reason;
  options.request_id = call.request_id;
  return options;
}

absl::Status CheckOptions(const Common& common, const CallArguments& call) {
  if (absl::Status s = CheckCall(call); !s.ok()) return s;
  if (call.reason.empty() && call.request_id.empty()) return absl::OkStatus();
  const std::string path = ReadWorldPlace(common.world).path;
  if (path.empty() || IsFolder(path)) return absl::OkStatus();
  return Refuse(
      v1::MALFORMED,
      absl::StrCat(call.request_id.empty() ? "`--reason`" : "`--request-id`",
                   " is for a journal folder, and ", Printable(path),
                   " is a world file, which does not keep it; leave it out"));
}

}  // namespace acl::cli
