#include "tests/planted/switch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace acl::planted {
namespace {

std::vector<Switch*>& Switches() {
  static auto& switches = *new std::vector<Switch*>();
  return switches;
}

std::string Names() {
  std::vector<std::string> names;
  for (const Switch* each : Switches()) names.emplace_back(each->name());
  std::sort(names.begin(), names.end());
  return names.empty() ? "this program has none"
                       : absl::StrCat("there are ", absl::StrJoin(names, ", "));
}

absl::StatusOr<Switch*> Find(absl::string_view bug) {
  Switch* found = nullptr;
  for (Switch* each : Switches()) {
    if (each->name() != bug) continue;
    if (found != nullptr) {
      return absl::AlreadyExistsError(
          absl::StrCat("duplicate planted bug `", bug, "`; rename one"));
    }
    found = each;
  }
  if (found != nullptr) return found;
  return absl::NotFoundError(
      absl::StrCat("no planted bug `", bug, "`; ", Names()));
}

}  // namespace

Switch::Switch(const char* name) : name_(name) { Switches().push_back(this); }

absl::Status Choose(absl::string_view bug) {
  const absl::StatusOr<Switch*> found = Find(bug);
  if (!found.ok()) return found.status();
  (*found)->on_ = true;
  return absl::OkStatus();
}

absl::Status CheckWasRead(absl::string_view bug) {
  const absl::StatusOr<Switch*> found = Find(bug);
  if (!found.ok()) return found.status();
  if ((*found)->was_read()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the code with the planted bug `", bug,
      "` never ran: the bug was not there to be found; change its `find`"));
}

}  // namespace acl::planted
