#include "acl/base/revision.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {

std::string RevisionToken::ToString() const {
  return absl::StrFormat("r1-%016x-%d", incarnation, revision);
}

absl::StatusOr<RevisionToken> RevisionToken::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  RevisionToken token;
  // Formatting it again is the check: it refuses signs, spaces and short forms.
  if (parts.size() == 3 && absl::SimpleHexAtoi(parts[1], &token.incarnation) &&
      absl::SimpleAtoi(parts[2], &token.revision) && token.ToString() == text) {
    return token;
  }
  return Refuse(v1::MALFORMED,
                absl::StrCat("revision token ", Quoted(text),
                             " is not one; pass it as it was given"));
}

}  // namespace acl
