// Where a page of a list ended, as text. Internal; the public interface is
// acl/reader.h.
#ifndef ACL_PAGE_TOKEN_H_
#define ACL_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/base/revision.h"

namespace acl {

// The fingerprint of a question: which list, and everything that decides what
// is on it, as words without line ends. Questions that differ in any word have
// different fingerprints.
std::string FingerprintOf(absl::Span<const absl::string_view> question);

// An opaque token for the position after the item `last`, an id without line
// ends. It is bound to `revision`, to the question with this fingerprint and to
// this process. It names the item instead of its number, because another engine
// that reads the same revision from a folder may number it differently.
std::string EncodePageToken(const RevisionToken& revision,
                            absl::string_view fingerprint,
                            absl::string_view last);

// The item of a token. MALFORMED if it is not a token, or belongs to another
// question; REVISION_NOT_AVAILABLE if it belongs to another workspace, to a
// revision other than `revision`, or to another process.
absl::StatusOr<std::string> DecodePageToken(absl::string_view token,
                                            const RevisionToken& revision,
                                            absl::string_view fingerprint);

// The refusal of text that is not a token.
absl::Status NoPageToken();

}  // namespace acl

#endif  // ACL_PAGE_TOKEN_H_
