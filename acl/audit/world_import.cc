#include "acl/audit/world_import.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"

namespace acl {

absl::Status ImportWorldFile(const std::string& path, Engine* engine,
                             ProgressSink progress) {
  const absl::StatusOr<std::unique_ptr<WorldReader>> reader =
      WorldReader::Open(path, std::move(progress));
  if (!reader.ok()) return reader.status();
  std::vector<WorldFault> faults;
  absl::Status status =
      engine->Import(Actor::System(), (*reader)->Source(), &faults);
  if (status.ok() || faults.empty()) return status;
  return AsRefusal(faults, (*reader)->places());
}

absl::Status AsRefusal(const std::vector<WorldFault>& faults,
                       const Places& places) {
  return Refuse(
      v1::FILE_MALFORMED,
      absl::StrJoin(faults, "\n", [&](std::string* out, const WorldFault& f) {
        absl::StrAppend(out, places.Show(f.path), ": ", f.refusal.message());
      }));
}

}  // namespace acl
