// Imports GitHub organisations from a configuration for Prow's Peribolos. A
// public header.
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
  // What was skipped, each with file and line.
  std::vector<std::string> warnings;
};

// Reads the organisations `orgs` (empty: all) from `path`: a folder with a
// folder for each organisation, which has an `org.yaml` in it and a
// `teams.yaml` in any of its sub-folders. `path` may also hold them in
// `config`, be the folder of one organisation, or be a file. A file with `orgs`
// on top has several organisations, by name.
//
// A user name becomes a user, in lower case since GitHub compares names so; an
// owner (`admins`) a workspace admin; a team a group, with `members` and
// `maintainers` as members, and a child team as a member of its parent; each
// repository that `repos` or a team names a resource;
// `default_repository_permission` its baseline; a team's `repos` and a
// repository's `collaborators` its grants. A collaborator from outside becomes
// a user; since `default` would include such users, the baseline is then
// granted to a group of all members, `members of ORG`. Anyone who is only named
// in a team gets nothing, with a warning.
//
// Names of teams, repositories and organisations compare without case; the
// first spelling is the id.
//
// Nothing is dropped silently: keys that the format does not have, keys that
// stand for access that is not in the world, and files that are not read are
// warnings; duplicate keys, merge keys, tags and second documents are faults,
// as is an organisation of which nothing was understood.
//
// FILE_ACCESS or FILE_MALFORMED, with a line for each fault that names file and
// line.
absl::StatusOr<PeribolosImport> ImportPeribolos(
    const std::string& path, const std::vector<std::string>& orgs);

}  // namespace acl

#endif  // ACL_AUDIT_PERIBOLOS_H_
