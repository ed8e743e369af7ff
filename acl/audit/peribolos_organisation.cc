#include "acl/audit/peribolos_organisation.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/base/text.h"

namespace acl {
namespace {

constexpr char kType[] = "repository";
constexpr absl::string_view kLadder[] = {"read", "triage", "write", "maintain",
                                         "admin"};

// The keys of the format that give no access to an existing repository. Their
// values are single scalars, unless ReadMetadata() knows otherwise.
constexpr absl::string_view kOrganisationMetadata[] = {
    "billing_email",
    "company",
    "email",
    "name",
    "description",
    "location",
    "has_organization_projects",
    "has_repository_projects",
    "members_can_create_repositories"};
constexpr absl::string_view kRepositoryMetadata[] = {
    "description",
    "homepage",
    "private",
    "has_issues",
    "has_projects",
    "has_wiki",
    "allow_squash_merge",
    "allow_merge_commit",
    "allow_rebase_merge",
    "squash_merge_commit_title",
    "squash_merge_commit_message",
    "default_branch",
    "archived",
    "previously",
    "on_create",
    "fork_from",
    "default_branch_only"};
constexpr absl::string_view kTeamMetadata[] = {"description", "privacy",
                                               "previously"};
constexpr absl::string_view kOnCreate[] = {"auto_init", "gitignore_template",
                                           "license_template"};

using Words = absl::Span<const absl::string_view>;

bool IsOneOf(Words words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsTrue(const YamlNode& node) {
  return node.IsText() && absl::AsciiStrToLower(node.text) == "true";
}

std::string Lower(const YamlNode& name) {
  return absl::AsciiStrToLower(name.text);
}

}  // namespace

void Organisation::ReadOrg(PeribolosFile* file, const YamlNode& name,
                           const YamlNode& org) {
  file_ = file;
  const std::string where = absl::StrCat("organisation ", Quoted(id_));
  if (!org.IsMap()) {
    return file_->Fault(name, absl::StrCat(where, " is not a map"));
  }
  CheckName(name, CheckId("organisation name", id_));
  const std::vector<Entry> entries = file_->Map(org, where, KeyKind::kField);
  bool people = false;
  bool baseline = false;
  bool understood = false;
  // Members come first, since collaborators and teams depend on who is a
  // member.
  for (const Entry& entry : entries) {
    if (entry.key != "admins" && entry.key != "members") continue;
    people = understood = true;
    ReadPeople(entry, entry.key == "admins");
  }
  for (const Entry& entry : entries) {
    if (entry.key == "admins" || entry.key == "members") continue;
    if (entry.key == "default_repository_permission") {
      baseline = understood = true;
      ReadBaseline(entry.value);
    } else if (entry.key == "repos") {
      understood = true;
      ReadRepositories(entry.value);
    } else if (entry.key == "teams") {
      understood = true;
      ReadTeams(entry.value, "");
    } else {
      ReadMetadata(entry, where, kOrganisationMetadata);
    }
  }
  if (!understood) {
    return file_->Fault(
        name, absl::StrCat(where,
                           " has none of `admins`, `members`, `teams`, `repos` "
                           "and `default_repository_permission`"));
  }
  if (!people) {
    file_->Warn(name,
                absl::StrCat(where, " has neither `admins` nor `members`"));
  }
  if (!baseline) {
    file_->Warn(name, absl::StrCat(where,
                                   " has no `default_repository_permission`; "
                                   "taken for `none`"));
  }
}

void Organisation::ReadTeamsFile(PeribolosFile* file) {
  file_ = file;
  if (!file->root().IsMap()) {
    return file->Fault(file->root(), "is not a map with `teams`");
  }
  bool understood = false;
  for (const Entry& entry :
       file->Map(file->root(), "the document", KeyKind::kField)) {
    if (entry.key == "teams") {
      understood = true;
      ReadTeams(entry.value, "");
    } else {
      file->Warn(entry.key_node, absl::StrCat("key ", Quoted(entry.key),
                                              " is passed over: a file of "
                                              "teams has `teams` alone"));
    }
  }
  if (!understood) file->Fault(file->root(), "has no `teams`");
}

bool Organisation::CheckName(const YamlNode& node, const absl::Status& name) {
  if (!name.ok()) file_->Fault(node, name.message());
  return name.ok();
}

void Organisation::ReadPeople(const Entry& entry, bool admin) {
  const std::string what = absl::StrCat("`", entry.key, "`");
  for (const YamlNode* name : file_->Names(entry.value, what)) {
    if (!CheckName(*name, CheckNewId("user name", name->text))) continue;
    const auto [person, is_new] = members_.emplace(
        Lower(*name), Person{name->text, false, file_->Place(*name)});
    if (!is_new) {
      file_->Warn(*name,
                  absl::StrCat(Quoted(name->text), " is named twice, first at ",
                               person->second.place));
    }
    person->second.admin |= admin;
  }
}

void Organisation::ReadBaseline(const YamlNode& permission) {
  if (!file_->CheckText(permission, "`default_repository_permission`")) return;
  const std::string& role = permission.text;
  if (role == "read" || role == "write" || role == "admin") {
    baseline_ = role;
  } else if (role != "none") {
    file_->Fault(permission,
                 "`default_repository_permission` is not none, read, write or "
                 "admin");
  }
}

bool Organisation::ReadRole(const Entry& entry, const std::string& what,
                            std::string* role) {
  if (entry.value.IsText()) {
    if (!file_->CheckText(entry.value, what)) return false;
    *role = entry.value.text;
    if (IsOneOf(kLadder, *role)) return true;
    const bool none = *role == "none";
    role->clear();
    if (none) return true;
  }
  file_->Fault(
      entry.key_node,
      absl::StrCat(what,
                   " is not none, read, triage, write, maintain or admin"));
  return false;
}

void Organisation::ReadMetadata(const Entry& entry, const std::string& where,
                                Words known) {
  const std::string what = absl::StrCat(Quoted(entry.key), " of ", where);
  const YamlNode& value = entry.value;
  if (!IsOneOf(known, entry.key)) {
    file_->Warn(entry.key_node,
                absl::StrCat("unknown key ", Quoted(entry.key), " of ", where,
                             " is passed over, with all that is in it"));
  } else if (entry.key == "previously") {
    file_->Names(value, what);
  } else if (entry.key == "on_create") {
    for (const Entry& option : file_->Map(value, what, KeyKind::kField)) {
      ReadMetadata(option, what, kOnCreate);
    }
  } else if (value.IsNull() || !file_->CheckText(value, what)) {
    return;
  } else if (entry.key == "members_can_create_repositories" && IsTrue(value)) {
    file_->Warn(entry.key_node,
                "`members_can_create_repositories` is passed over: "
                "repositories that members create are not in the world");
  } else if (entry.key == "private" && !IsTrue(value)) {
    file_->Warn(entry.key_node, absl::StrCat(where,
                                             " is public, which is passed "
                                             "over: that everybody may read "
                                             "it is not in the world"));
  }
}

Organisation::Repository& Organisation::RepositoryOf(const std::string& name) {
  return repositories_
      .emplace(absl::AsciiStrToLower(name), Repository{name, {}})
      .first->second;
}

void Organisation::ReadRepositories(const YamlNode& repos) {
  for (const Entry& repo : file_->Map(repos, "`repos`", KeyKind::kName)) {
    if (CheckName(repo.key_node, CheckId("repository name", repo.key))) {
      ReadRepository(repo);
    }
  }
}

void Organisation::ReadRepository(const Entry& repo) {
  Repository& repository = RepositoryOf(repo.key);
  const std::string where = absl::StrCat("repository ", Quoted(repo.key));
  for (const Entry& entry : file_->Map(repo.value, where, KeyKind::kField)) {
    if (entry.key == "collaborators") {
      ReadCollaborators(entry, &repository);
      continue;
    }
    ReadMetadata(entry, where, kRepositoryMetadata);
  }
}

void Organisation::ReadCollaborators(const Entry& collaborators,
                                     Repository* repository) {
  const std::string where =
      absl::StrCat("`collaborators` of repository ", Quoted(repository->id));
  for (const Entry& entry :
       file_->Map(collaborators.value, where, KeyKind::kName)) {
    std::string role;
    if (!CheckName(entry.key_node, CheckNewId("user name", entry.key)) ||
        !ReadRole(
            entry,
            absl::StrCat("the permission of collaborator ", Quoted(entry.key),
                         " on ", Quoted(repository->id)),
            &role) ||
        role.empty()) {
      continue;
    }
    const std::string user = absl::AsciiStrToLower(entry.key);
    if (members_.count(user) == 0) outsiders_.emplace(user, entry.key);
    repository->grants["user:" + user] = role;
  }
}

void Organisation::ReadTeams(const YamlNode& teams, const std::string& parent) {
  for (const Entry& entry : file_->Map(teams, "`teams`", KeyKind::kName)) {
    if (!CheckName(entry.key_node, CheckNewId("team name", entry.key))) {
      continue;
    }
    const auto [team, is_new] =
        teams_.emplace(absl::AsciiStrToLower(entry.key),
                       Team{entry.key, file_->Place(entry.key_node), {}});
    if (!is_new) {
      file_->Fault(entry.key_node, absl::StrCat("team ", Quoted(entry.key),
                                                " is a duplicate, first at ",
                                                team->second.place));
      continue;
    }
    if (!parent.empty()) {
      teams_.at(parent).members.insert("group:" + entry.key);
    }
    ReadTeam(entry, &team->second);
  }
}

void Organisation::ReadTeam(const Entry& entry, Team* team) {
  const std::string where = absl::StrCat("team ", Quoted(team->id));
  for (const Entry& part : file_->Map(entry.value, where, KeyKind::kField)) {
    if (part.key == "members" || part.key == "maintainers") {
      ReadTeamMembers(part, team);
    } else if (part.key == "repos") {
      ReadGrants(part.value, *team);
    } else if (part.key == "teams") {
      ReadTeams(part.value, absl::AsciiStrToLower(team->id));
    } else {
      ReadMetadata(part, where, kTeamMetadata);
    }
  }
}

void Organisation::ReadTeamMembers(const Entry& entry, Team* team) {
  const std::string what =
      absl::StrCat("`", entry.key, "` of team ", Quoted(team->id));
  for (const YamlNode* name : file_->Names(entry.value, what)) {
    const std::string user = Lower(*name);
    if (members_.count(user) > 0) {
      team->members.insert("user:" + user);
      continue;
    }
    file_->Warn(*name, absl::StrCat(Quoted(name->text), " of team ",
                                    Quoted(team->id), " is not a member of ",
                                    Quoted(id_), " and gets nothing"));
  }
}

void Organisation::ReadGrants(const YamlNode& repos, const Team& team) {
  const std::string where = absl::StrCat("`repos` of team ", Quoted(team.id));
  for (const Entry& grant : file_->Map(repos, where, KeyKind::kName)) {
    std::string role;
    if (!CheckName(grant.key_node, CheckId("repository name", grant.key)) ||
        !ReadRole(grant,
                  absl::StrCat("the permission of team ", Quoted(team.id),
                               " on ", Quoted(grant.key)),
                  &role)) {
      continue;
    }
    Repository& repository = RepositoryOf(grant.key);
    if (!role.empty()) repository.grants["group:" + team.id] = role;
  }
}

// The baseline applies only to members. `default` means exactly them as long as
// the workspace has no one else; otherwise a group of them is used.
std::string Organisation::MembersGroup() const {
  if (outsiders_.empty() || baseline_.empty()) return "";
  std::string id = absl::StrCat("members of ", id_);
  while (teams_.count(absl::AsciiStrToLower(id)) > 0) id += "'";
  return id;
}

v1::Workspace Organisation::ToWorld() const {
  v1::Workspace world;
  world.set_id(id_);
  for (const absl::string_view role : kLadder) {
    world.add_roles(std::string(role));
  }
  world.add_resource_types(kType);
  world.set_max_principals_per_resource(0);  // GitHub has no such limit
  const auto add_user = [&](const std::string& id,
                            const std::string& spelling) {
    v1::User* user = world.add_users();
    user->set_id(id);
    if (spelling != id) user->set_name(spelling);
    return user;
  };
  const std::string all = MembersGroup();
  v1::Group* everybody = nullptr;
  if (!all.empty()) {
    everybody = world.add_groups();
    everybody->set_id(all);
  }
  for (const auto& [id, person] : members_) {
    add_user(id, person.spelling)->set_workspace_admin(person.admin);
    if (everybody != nullptr) everybody->add_members("user:" + id);
  }
  for (const auto& [id, spelling] : outsiders_) add_user(id, spelling);
  for (const auto& [key, team] : teams_) {
    v1::Group* group = world.add_groups();
    group->set_id(team.id);
    for (const std::string& member : team.members) group->add_members(member);
  }
  for (const auto& [key, repository] : repositories_) {
    v1::Resource* resource = world.add_resources();
    resource->set_type(kType);
    resource->set_id(repository.id);
    const auto add = [&](const std::string& target, const std::string& role) {
      v1::Grant* grant = resource->add_grants();
      grant->set_target(target);
      grant->set_role(role);
    };
    if (!baseline_.empty()) {
      add(all.empty() ? "default" : "group:" + all, baseline_);
    }
    for (const auto& [target, role] : repository.grants) add(target, role);
  }
  return world;
}

}  // namespace acl
