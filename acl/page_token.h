// Where a page of a list ended, as text. Internal; the front door is
// acl/reader.h.
#ifndef ACL_PAGE_TOKEN_H_
#define ACL_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/revision.h"

namespace acl {

// An opaque token for the position behind the number `last`, bound to
// `revision` and to this process: in another one the same things may have other
// numbers.
std::string EncodePageToken(const RevisionToken& revision, uint32_t last);

// The number of a token. MALFORMED if it is none; REVISION_NOT_AVAILABLE if it
// belongs to another revision than `revision`, or to another process.
absl::StatusOr<uint32_t> DecodePageToken(absl::string_view token,
                                         const RevisionToken& revision);

}  // namespace acl

#endif  // ACL_PAGE_TOKEN_H_
