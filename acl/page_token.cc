#include "acl/page_token.h"

#include <vector>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

absl::Status Malformed() {
  return Refuse(v1::MALFORMED,
                "the page token is not one; pass it as the page before gave "
                "it");
}

uint64_t ThisProcess() {
  static const auto number = absl::Uniform<uint64_t>(absl::BitGen());
  return number;
}

}  // namespace

std::string EncodePageToken(const RevisionToken& revision, uint32_t last) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(revision.ToString(), "\n", last, "\n", ThisProcess()));
}

absl::StatusOr<uint32_t> DecodePageToken(absl::string_view token,
                                         const RevisionToken& revision) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return Malformed();
  const std::vector<std::string> parts = absl::StrSplit(text, '\n');
  if (parts.size() != 3) return Malformed();
  const absl::StatusOr<RevisionToken> of = RevisionToken::Parse(parts[0]);
  uint32_t last = 0;
  uint64_t process = 0;
  if (!of.ok() || !absl::SimpleAtoi(parts[1], &last) ||
      !absl::SimpleAtoi(parts[2], &process)) {
    return Malformed();
  }
  if (!(*of == revision) || process != ThisProcess()) {
    return Refuse(
        v1::REVISION_NOT_AVAILABLE,
        "the page token belongs to another revision or another run of "
        "the program; list all pages "
        "from one snapshot, or begin again");
  }
  return last;
}

}  // namespace acl
