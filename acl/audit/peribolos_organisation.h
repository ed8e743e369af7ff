// One GitHub organisation, collected from the files of its configuration.
// Internal: see acl/audit/peribolos.h.
#ifndef ACL_AUDIT_PERIBOLOS_ORGANISATION_H_
#define ACL_AUDIT_PERIBOLOS_ORGANISATION_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/audit/peribolos_file.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Not thread-safe.
class Organisation {
 public:
  // `id` is its name, `place` where the configuration declares it.
  Organisation(std::string id, std::string place)
      : id_(std::move(id)), place_(std::move(place)) {}

  const std::string& id() const { return id_; }
  const std::string& place() const { return place_; }

  // Reads the map of the organisation, whose name is at `name`. Must be the
  // first call.
  void ReadOrg(PeribolosFile* file, const YamlNode& name, const YamlNode& org);

  // Reads a file that has only `teams`.
  void ReadTeamsFile(PeribolosFile* file);

  v1::Workspace ToWorld() const;

 private:
  using Entry = PeribolosFile::Entry;

  struct Person {
    std::string spelling;
    bool admin = false;
    std::string place;
  };
  struct Team {
    std::string id;
    std::string place;
    std::set<std::string> members;  // references
  };
  struct Repository {
    std::string id;                             // the first spelling
    std::map<std::string, std::string> grants;  // target → role
  };

  void ReadPeople(const Entry& entry, bool admin);
  void ReadBaseline(const YamlNode& permission);
  void ReadRepositories(const YamlNode& repos);
  void ReadRepository(const Entry& repo);
  void ReadCollaborators(const Entry& collaborators, Repository* repository);
  void ReadTeams(const YamlNode& teams, const std::string& parent);
  void ReadTeam(const Entry& entry, Team* team);
  void ReadTeamMembers(const Entry& entry, Team* team);
  void ReadGrants(const YamlNode& repos, const Team& team);

  // `name` is the fault of the name at `node`, if any.
  bool CheckName(const YamlNode& node, const absl::Status& name);
  // `*role` is empty for `none`.
  bool ReadRole(const Entry& entry, const std::string& what, std::string* role);
  // A key that gives no one access to an existing repository: checks its form,
  // and warns if it is not in `known` or stands for other access.
  void ReadMetadata(const Entry& entry, const std::string& where,
                    absl::Span<const absl::string_view> known);
  Repository& RepositoryOf(const std::string& name);
  std::string MembersGroup() const;

  const std::string id_;
  const std::string place_;
  PeribolosFile* file_ = nullptr;  // the one that is being read
  // Keys are lower-case names.
  std::map<std::string, Person> members_;
  std::map<std::string, std::string> outsiders_;  // name → first spelling
  std::map<std::string, Team> teams_;
  std::map<std::string, Repository> repositories_;
  std::string baseline_;
};

}  // namespace acl

#endif  // ACL_AUDIT_PERIBOLOS_ORGANISATION_H_
