#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/assertions.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {

absl::StatusOr<AssertionString> ParseAssertionString(
    absl::string_view text, const std::vector<std::string>& roles) {
  std::optional<AssertionString> found;
  for (size_t hash = text.find('#'); hash != absl::string_view::npos;
       hash = text.find('#', hash + 1)) {
    const absl::string_view resource = text.substr(0, hash);
    const absl::string_view rest = text.substr(hash + 1);
    for (const std::string& role : roles) {
      if (rest.substr(0, role.size()) != role ||
          rest.substr(role.size(), 1) != "@") {
        continue;
      }
      const absl::string_view subject = rest.substr(role.size() + 1);
      if (!ResourceRef::Parse(resource).ok() || !Subject::Parse(subject).ok()) {
        continue;
      }
      if (found) {
        return Refuse(
            v1::MALFORMED,
            absl::StrCat(Quoted(text),
                         " can be read in two ways; use `check` instead"));
      }
      found =
          AssertionString{std::string(resource), role, std::string(subject)};
    }
  }
  if (found) return *found;
  return Refuse(v1::MALFORMED,
                absl::StrCat(Quoted(text),
                             " is not RESOURCE#ROLE@SUBJECT, such as "
                             "`voice:narrator#editor@user:bob`, with a role of "
                             "the ladder: ",
                             Printable(absl::StrJoin(roles, ", "))));
}

}  // namespace acl
