// Where a page of a list ended, as text. Internal; the front door is
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

// An opaque token for the position after the item `last`, an id that has no
// line ends. It is bound to `revision`, to the question with this fingerprint
// and to this process. It names the item rather than its number: another engine
// that reads the same revision from a folder may number it otherwise.
std::string EncodePageToken(const RevisionToken& revision,
                            absl::string_view fingerprint,
                            absl::string_view last);

// The item of a token. MALFORMED if it is none, or belongs to another question;
// REVISION_NOT_AVAILABLE if it belongs to another workspace, to another
// revision than `revision`, or to another process.
absl::StatusOr<std::string> DecodePageToken(absl::string_view token,
                                            const RevisionToken& revision,
                                            absl::string_view fingerprint);

// The refusal of what is no token.
absl::Status NoPageToken();

}  // namespace acl

#endif  // ACL_PAGE_TOKEN_H_
