#include "acl/page_token.h"

#include <cstdint>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

// 128 bits: collisions do not happen in practice.
constexpr size_t kFingerprintDigits = 32;

uint64_t ThisProcess() {
  static const auto number = absl::Uniform<uint64_t>(absl::BitGen());
  return number;
}

absl::Status OutOfDate(absl::string_view other) {
  return Refuse(v1::REVISION_NOT_AVAILABLE,
                absl::StrCat("the page token belongs to ", other,
                             "; start again from the first page, or list all "
                             "pages from one snapshot"));
}

}  // namespace

absl::Status NoPageToken() {
  return Refuse(v1::MALFORMED,
                "the page token is malformed; pass it exactly as the previous "
                "page returned it, or start again from the first page");
}

std::string FingerprintOf(absl::Span<const absl::string_view> question) {
  Sha256 sha;
  for (const absl::string_view part : question) {
    sha.Add(absl::StrCat(part, "\n"));
  }
  return ToHex(sha.Take()).substr(0, kFingerprintDigits);
}

std::string EncodePageToken(const RevisionToken& revision,
                            absl::string_view fingerprint,
                            absl::string_view last) {
  return absl::WebSafeBase64Escape(absl::StrCat(
      revision.ToString(), "\n", ThisProcess(), "\n", fingerprint, "\n", last));
}

absl::StatusOr<std::string> DecodePageToken(absl::string_view token,
                                            const RevisionToken& revision,
                                            absl::string_view fingerprint) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return NoPageToken();
  const std::vector<std::string> parts = absl::StrSplit(text, '\n');
  if (parts.size() != 4) return NoPageToken();
  const absl::StatusOr<RevisionToken> of = RevisionToken::Parse(parts[0]);
  uint64_t process = 0;
  if (!of.ok() || !absl::SimpleAtoi(parts[1], &process)) return NoPageToken();
  if (process != ThisProcess()) {
    return OutOfDate("another run of the program");
  }
  if (of->incarnation != revision.incarnation) {
    return OutOfDate("another workspace, or an earlier one with this id");
  }
  if (of->revision != revision.revision) {
    return OutOfDate(absl::StrCat("another revision: it is of ", of->revision,
                                  ", and the list of ", revision.revision));
  }
  if (parts[2] != fingerprint) {
    return Refuse(v1::MALFORMED,
                  "the page token belongs to another question; pass it with "
                  "the same list, subject or resource, least role and type, or "
                  "start again from the first page");
  }
  return parts[3];
}

}  // namespace acl
