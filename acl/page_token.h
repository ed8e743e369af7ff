// Where a page of a list ended, as text. Internal; the front door is
// acl/reader.h.
#ifndef ACL_PAGE_TOKEN_H_
#define ACL_PAGE_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/reference.h"
#include "acl/base/revision.h"
#include "acl/directory/name.h"

namespace acl {

// The last name of a page. Owns what a NameKey views.
struct PagePosition {
  Kind kind;
  std::string type;
  std::string id;
  NameKey key() const { return {kind, type, id}; }
};

// An opaque token for the position behind `last`, bound to `revision`.
std::string EncodePageToken(const RevisionToken& revision, const Name& last);

// The position of a token. MALFORMED if it is none; REVISION_NOT_AVAILABLE if
// it belongs to another revision than `revision`.
absl::StatusOr<PagePosition> DecodePageToken(absl::string_view token,
                                             const RevisionToken& revision);

}  // namespace acl

#endif  // ACL_PAGE_TOKEN_H_
