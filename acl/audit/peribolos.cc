#include "acl/audit/peribolos.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/file.h"
#include "yaml-cpp/yaml.h"

namespace acl {
namespace {

namespace fs = std::filesystem;

constexpr char kType[] = "repository";
const char* const kLadder[] = {"read", "triage", "write", "maintain", "admin"};

bool IsRole(const std::string& role) {
  return std::find(std::begin(kLadder), std::end(kLadder), role) !=
         std::end(kLadder);
}

// One organisation, collected from its files.
class Organisation {
 public:
  Organisation(std::string id, std::vector<std::string>* warnings,
               std::vector<std::string>* faults)
      : id_(std::move(id)), warnings_(*warnings), faults_(*faults) {}

  void ReadOrg(const std::string& file, const YAML::Node& org) {
    file_ = file;
    if (!org.IsMap()) return Fault(org, "is no map");
    for (const auto& key : {"admins", "members"}) {
      for (const YAML::Node& name : List(org[key])) {
        AddPerson(name, key == std::string("admins"));
      }
    }
    const YAML::Node repos = org["repos"];
    if (repos && !repos.IsMap()) Fault(repos, "`repos` is no map");
    if (repos && repos.IsMap()) {
      for (const auto& repo : repos) repos_[repo.first.Scalar()];
    }
    ReadBaseline(org);
  }

  // After ReadOrg(), so that it is known who is a member.
  void ReadTeams(const std::string& file, const YAML::Node& document) {
    file_ = file;
    if (!document.IsMap()) return Fault(document, "is no map");
    ReadTeamsOf(document, "");
  }

  v1::Workspace ToWorld() const;

 private:
  struct Person {
    std::string spelling;
    bool admin = false;
  };
  struct Team {
    std::string name;
    std::set<std::string> members;  // references
  };

  std::string At(const YAML::Node& node) const {
    return absl::StrCat(Printable(file_), ":", node.Mark().line + 1, ": ");
  }
  void Fault(const YAML::Node& node, absl::string_view what) {
    faults_.push_back(absl::StrCat(At(node), what));
  }
  void Warn(const YAML::Node& node, absl::string_view what) {
    warnings_.push_back(absl::StrCat(At(node), what));
  }

  // The single values of a list; anything else is a fault.
  std::vector<YAML::Node> List(const YAML::Node& list) {
    std::vector<YAML::Node> items;
    if (!list || list.IsNull()) return items;
    if (!list.IsSequence()) {
      Fault(list, "is no list of names");
      return items;
    }
    for (const YAML::Node& item : list) {
      if (item.IsScalar()) {
        items.push_back(item);
      } else {
        Fault(item, "is no name");
      }
    }
    return items;
  }

  void AddPerson(const YAML::Node& name, bool admin) {
    const std::string id = absl::AsciiStrToLower(name.Scalar());
    const auto [person, is_new] = people_.emplace(id, Person{name.Scalar()});
    if (!is_new) {
      Warn(name, absl::StrCat(Quoted(name.Scalar()), " is named twice"));
    }
    person->second.admin |= admin;
  }

  void ReadBaseline(const YAML::Node& org) {
    const YAML::Node permission = org["default_repository_permission"];
    if (!permission) {
      Warn(org, "has no default_repository_permission; taken for `none`");
    } else if (!permission.IsScalar() || (permission.Scalar() != "none" &&
                                          !IsRole(permission.Scalar()))) {
      Fault(permission,
            "default_repository_permission is not none, read, write or admin");
    } else if (permission.Scalar() != "none") {
      baseline_ = permission.Scalar();
    }
  }

  // Reads the teams of a document, or the children of a team.
  void ReadTeamsOf(const YAML::Node& parent, const std::string& parent_id) {
    const YAML::Node teams = parent["teams"];
    if (!teams || teams.IsNull()) return;
    if (!teams.IsMap()) return Fault(teams, "`teams` is no map");
    for (const auto& entry : teams) {
      const std::string id = entry.first.Scalar();
      if (!parent_id.empty()) {
        teams_[parent_id].members.insert("group:" + id);
      }
      if (!seen_teams_.insert(id).second) {
        Fault(entry.first,
              absl::StrCat("team ", Quoted(id), " is there twice"));
      } else if (!entry.second.IsMap()) {
        Fault(entry.first, absl::StrCat("team ", Quoted(id), " is no map"));
      } else {
        ReadTeam(id, entry.second);
      }
    }
  }

  void ReadTeam(const std::string& id, const YAML::Node& node) {
    Team& team = teams_[id];
    team.name = id;
    for (const auto& key : {"members", "maintainers"}) {
      for (const YAML::Node& name : List(node[key])) {
        const std::string user = absl::AsciiStrToLower(name.Scalar());
        if (people_.count(user) == 0) {
          Warn(name, absl::StrCat(Quoted(name.Scalar()), " of team ",
                                  Quoted(id), " is no member of ", Quoted(id_),
                                  " and gets nothing"));
        } else {
          team.members.insert("user:" + user);
        }
      }
    }
    ReadGrants(id, node["repos"]);
    ReadTeamsOf(node, id);
  }

  void ReadGrants(const std::string& team, const YAML::Node& repos) {
    if (!repos || repos.IsNull()) return;
    if (!repos.IsMap()) return Fault(repos, "`repos` is no map");
    for (const auto& grant : repos) {
      const std::string repo = grant.first.Scalar();
      if (!grant.second.IsScalar() || !IsRole(grant.second.Scalar())) {
        Fault(grant.first,
              absl::StrCat("the permission of team ", Quoted(team), " on ",
                           Quoted(repo),
                           " is not read, triage, write, maintain or admin"));
      } else {
        repos_[repo]["group:" + team] = grant.second.Scalar();
      }
    }
  }

  const std::string id_;
  std::string file_;  // that is being read
  std::vector<std::string>& warnings_;
  std::vector<std::string>& faults_;
  std::map<std::string, Person> people_;
  std::map<std::string, Team> teams_;
  std::set<std::string> seen_teams_;
  std::string baseline_;
  // Repository → target → role.
  std::map<std::string, std::map<std::string, std::string>> repos_;
};

v1::Workspace Organisation::ToWorld() const {
  v1::Workspace world;
  world.set_id(id_);
  for (const char* role : kLadder) world.add_roles(role);
  world.add_resource_types(kType);
  world.set_max_principals_per_resource(0);  // GitHub has no such limit
  for (const auto& [id, person] : people_) {
    v1::User* user = world.add_users();
    user->set_id(id);
    if (person.spelling != id) user->set_name(person.spelling);
    user->set_workspace_admin(person.admin);
  }
  for (const auto& [id, team] : teams_) {
    v1::Group* group = world.add_groups();
    group->set_id(id);
    for (const std::string& member : team.members) group->add_members(member);
  }
  for (const auto& [id, grants] : repos_) {
    v1::Resource* resource = world.add_resources();
    resource->set_type(kType);
    resource->set_id(id);
    const auto add = [&](const std::string& target, const std::string& role) {
      v1::Grant* grant = resource->add_grants();
      grant->set_target(target);
      grant->set_role(role);
    };
    if (!baseline_.empty()) add("default", baseline_);
    for (const auto& [target, role] : grants) add(target, role);
  }
  return world;
}

absl::StatusOr<YAML::Node> Load(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  try {
    return YAML::Load(*text);
  } catch (const YAML::Exception& e) {
    return Refuse(v1::FILE_MALFORMED,
                  absl::StrCat(Printable(path), ":", e.mark.line + 1,
                               ": not yaml: ", e.msg));
  }
}

absl::Status FolderFault(const fs::path& folder, absl::string_view what) {
  return Refuse(v1::FILE_ACCESS,
                absl::StrCat(Printable(folder.string()), ": ", what));
}

bool IsOrganisation(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "org.yaml", error);
}

// The folders of the organisations, by name.
absl::StatusOr<std::map<std::string, fs::path>> FindOrganisations(
    const fs::path& folder) {
  std::map<std::string, fs::path> found;
  if (IsOrganisation(folder)) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    found[(whole.has_filename() ? whole : whole.parent_path())
              .filename()
              .string()] = folder;
    return found;
  }
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (IsOrganisation(at->path())) {
      found[at->path().filename().string()] = at->path();
    }
  }
  if (error) return FolderFault(folder, error.message());
  if (found.empty() && fs::is_directory(folder / "config", error)) {
    return FindOrganisations(folder / "config");
  }
  if (found.empty()) {
    return FolderFault(folder, "has no organisation: no folder with org.yaml");
  }
  return found;
}

// Every `teams.yaml` below an organisation's folder, in bytewise order.
absl::StatusOr<std::set<std::string>> FindTeamFiles(const fs::path& folder) {
  std::set<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    if (at->path().filename() == "teams.yaml") {
      files.insert(at->path().string());
    }
  }
  if (error) return FolderFault(folder, error.message());
  return files;
}

absl::Status ReadOrganisation(const std::string& id, const fs::path& folder,
                              std::vector<std::string>* faults,
                              PeribolosImport* import) {
  Organisation organisation(id, &import->warnings, faults);
  const std::string org_file = (folder / "org.yaml").string();
  absl::StatusOr<YAML::Node> org = Load(org_file);
  if (!org.ok()) return org.status();
  organisation.ReadOrg(org_file, *org);
  organisation.ReadTeams(org_file, *org);
  absl::StatusOr<std::set<std::string>> files = FindTeamFiles(folder);
  if (!files.ok()) return files.status();
  for (const std::string& file : *files) {
    absl::StatusOr<YAML::Node> teams = Load(file);
    if (!teams.ok()) return teams.status();
    organisation.ReadTeams(file, *teams);
  }
  *import->world.add_workspaces() = organisation.ToWorld();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PeribolosImport> ImportPeribolos(
    const std::string& folder, const std::vector<std::string>& orgs) {
  absl::StatusOr<std::map<std::string, fs::path>> found =
      FindOrganisations(folder);
  if (!found.ok()) return found.status();
  for (const std::string& org : orgs) {
    if (found->count(org) == 0) {
      return FolderFault(folder,
                         absl::StrCat("has no organisation ", Quoted(org)));
    }
  }
  PeribolosImport import;
  std::vector<std::string> faults;
  for (const auto& [id, path] : *found) {
    if (!orgs.empty() &&
        std::find(orgs.begin(), orgs.end(), id) == orgs.end()) {
      continue;
    }
    absl::Status status = ReadOrganisation(id, path, &faults, &import);
    if (!status.ok()) return status;
  }
  if (!faults.empty()) {
    return Refuse(v1::FILE_MALFORMED, absl::StrJoin(faults, "\n"));
  }
  return import;
}

}  // namespace acl
