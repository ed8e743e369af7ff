// Where a role comes from. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_RESOLVE_SOURCE_H_
#define ACL_RESOLVE_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace acl {

// The kinds of sources, in the order in which a witness is chosen. kKey takes
// the place of kDirect for a subject that was given as a workspace key.
enum class SourceKind : uint32_t {
  kNone,  // no source: the role is none
  kCreator,
  kWorkspaceAdmin,
  kDirect,
  kKey,
  kGroup,
  kBaseline,
};

// "creator", "workspace_admin", "direct", "key", "group", "baseline", "none".
absl::string_view SourceWord(SourceKind kind);

// One source of a role, as text.
struct Source {
  SourceKind kind = SourceKind::kNone;
  std::string role;
  // For a group: the path from a group of which the subject is a direct member
  // to the group that holds the grant. Else empty.
  std::vector<std::string> path;
  // Whether `path` has only its last group, because the paths of the sources
  // before it already have 100,000 groups.
  bool path_omitted = false;

  friend bool operator==(const Source& a, const Source& b) {
    return a.kind == b.kind && a.role == b.role && a.path == b.path &&
           a.path_omitted == b.path_omitted;
  }
};

// For example "group `leads` through `audio` > `leads`: editor".
std::string ToString(const Source& source);

}  // namespace acl

#endif  // ACL_RESOLVE_SOURCE_H_
