// GitHub organisations, as the configuration that Prow's Peribolos applies, as
// a world. A public header.
#ifndef ACL_AUDIT_PERIBOLOS_H_
#define ACL_AUDIT_PERIBOLOS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

struct PeribolosImport {
  // One workspace for each organisation, with the roles read < triage < write <
  // maintain < admin and the one resource type `repository`.
  v1::World world;
  // What was passed over, each with file and line.
  std::vector<std::string> warnings;
};

// Reads the organisations `orgs` (empty: all) below `folder`: a folder for
// each, with an `org.yaml` in it and a `teams.yaml` in any of its sub-folders.
// `folder` may also hold them in `config`, or be an organisation itself.
//
// A user name becomes a user, in lower case since GitHub compares names so; an
// owner (`admins`) a workspace admin; a team a group, with `members` and
// `maintainers` as members, and a child team as a member of its parent; each
// repository that `repos` or a team names a resource;
// `default_repository_permission` its baseline; a team's `repos` its grants.
// Whoever is only named in a team gets nothing, with a warning.
//
// FILE_ACCESS or FILE_MALFORMED, with a line for each fault that names file and
// line.
absl::StatusOr<PeribolosImport> ImportPeribolos(
    const std::string& folder, const std::vector<std::string>& orgs);

}  // namespace acl

#endif  // ACL_AUDIT_PERIBOLOS_H_
