#include "acl/page_token.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

constexpr Kind kKinds[] = {Kind::kDefault, Kind::kServiceAccount, Kind::kUser};

absl::Status Malformed() {
  return Refuse(v1::MALFORMED,
                "the page token is not one; pass it as the page before gave "
                "it");
}

}  // namespace

std::string EncodePageToken(const RevisionToken& revision, const Name& last) {
  // Ids and types have no control characters, so a line break separates.
  return absl::WebSafeBase64Escape(absl::StrCat(revision.ToString(), "\n",
                                                KindWord(last.kind), "\n",
                                                last.type, "\n", last.id));
}

absl::StatusOr<PagePosition> DecodePageToken(absl::string_view token,
                                             const RevisionToken& revision) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return Malformed();
  const std::vector<std::string> parts = absl::StrSplit(text, '\n');
  if (parts.size() != 4) return Malformed();
  const absl::StatusOr<RevisionToken> of = RevisionToken::Parse(parts[0]);
  if (!of.ok()) return Malformed();
  if (!(*of == revision)) {
    return Refuse(v1::REVISION_NOT_AVAILABLE,
                  "the page token belongs to another revision; list all pages "
                  "from one snapshot, or begin again");
  }
  for (const Kind kind : kKinds) {
    if (KindWord(kind) == parts[1]) {
      return PagePosition{kind, parts[2], parts[3]};
    }
  }
  return Malformed();
}

}  // namespace acl
