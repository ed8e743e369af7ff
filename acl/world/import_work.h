// What the readers of a world's lists share while a state is built. Internal.
#ifndef ACL_WORLD_IMPORT_WORK_H_
#define ACL_WORLD_IMPORT_WORK_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/base/reference.h"
#include "acl/resolve/subject.h"
#include "acl/share/change.h"
#include "acl/share/lookup.h"
#include "acl/store/draft.h"
#include "acl/world/world_fault.h"

namespace acl {

// A place in a part; it becomes text only if there is a fault.
struct Place {
  absl::string_view list;
  int index;
  absl::string_view inner = {};
  int inner_index = 0;

  std::string ToString() const {
    return inner.empty() ? absl::StrCat(list, "[", index, "]")
                         : absl::StrCat(list, "[", index, "].", inner, "[",
                                        inner_index, "]");
  }
};

struct ImportWork {
  explicit ImportWork(std::vector<WorldFault>* all) : faults(*all) {}

  const State& state() const { return draft->state(); }

  // The kind and id of `user:ID`, `service_account:ID` and `group:ID`; kDefault
  // for anything else.
  static std::pair<Kind, absl::string_view> Split(absl::string_view text) {
    for (const Kind kind : {Kind::kUser, Kind::kGroup, Kind::kServiceAccount}) {
      const absl::string_view word = KindWord(kind);
      if (text.size() > word.size() && text[word.size()] == ':' &&
          absl::StartsWith(text, word)) {
        return {kind, text.substr(word.size() + 1)};
      }
    }
    return {Kind::kDefault, {}};
  }

  // Records an error under the part's path. True if `status` is OK.
  bool Note(absl::string_view where, const absl::Status& status) {
    if (!status.ok()) {
      AddWorldFault(absl::StrCat(path, ".", where), status, &faults);
    }
    return status.ok();
  }
  bool Note(const Place& place, absl::string_view field,
            const absl::Status& status) {
    if (status.ok()) return true;
    return Note(absl::StrCat(place.ToString(), ".", field), status);
  }

  // What `text` in a field refers to. 0 with a fault, or 0 without one if the
  // target of the reference was refused itself.
  template <class Reference>
  TargetKey ReadReference(const Place& place, absl::string_view field,
                          const std::string& text) {
    const absl::StatusOr<Reference> reference = Reference::Parse(text);
    if (!reference.ok()) {
      Note(place, field, reference.status());
      return 0;
    }
    if (refused.contains(text)) return 0;
    const absl::StatusOr<TargetKey> key = RequireTargetKey(state(), *reference);
    if (key.ok()) return *key;
    const absl::Status form = CheckForm(*reference);
    Note(place, field, form.ok() ? key.status() : form);
    return 0;
  }

  std::vector<WorldFault>& faults;
  std::unique_ptr<Draft> draft;
  std::string path;  // of the part
  // If the settings are refused, every name in them is accepted.
  bool roles_sound = true;
  absl::flat_hash_set<std::string> known_roles;
  absl::flat_hash_set<std::string> refused;  // references
};

}  // namespace acl

#endif  // ACL_WORLD_IMPORT_WORK_H_
