#include "tests/world/random_world.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace acl {
namespace {

const char* const kIds[] = {"a",
                            "b",
                            "A",
                            "007",
                            "no",
                            "~",
                            "null",
                            "a b",
                            " a",
                            "a ",
                            "#",
                            "@x",
                            "user:a",
                            "a:b",
                            "a::b",
                            "a|b",
                            "a/b",
                            "..",
                            "\"q\"",
                            "'",
                            "`",
                            "\\",
                            "{x}",
                            "[x",
                            "- x",
                            "? x",
                            "&a",
                            "*a",
                            "!t",
                            "%",
                            "1e3",
                            "0x1f",
                            "2026-11-24",
                            "<<",
                            "=",
                            "true",
                            "\xc3\xa9",
                            "e\xcc\x81",
                            "\xd7\x90",
                            "\xe4\xb8\xad",
                            "\xf0\x9f\x8e\xa7",
                            ("\xe2\x80\xae"
                             "x"),
                            "\xef\xbb\xbf",
                            "default.",
                            "none",
                            "group:default"};

class Maker {
 public:
  // One world in four is larger.
  explicit Maker(uint64_t seed)
      : random_(seed), shrink_(seed % 4 == 0 ? 0 : 1) {}

  v1::World Make() {
    v1::World world;
    std::set<std::string> ids;
    const size_t workspaces = 1 + Below(3);
    for (size_t i = 0; i < workspaces; ++i) {
      const std::string id = Id();
      if (ids.insert(id).second) FillWorkspace(id, world.add_workspaces());
    }
    return world;
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }
  std::string Id() {
    const std::string id = kIds[Below(std::size(kIds))];
    return Chance(4) ? absl::StrCat(id, Below(100)) : id;
  }
  std::string Name() { return Chance(2) ? "" : Id(); }

  std::set<std::string> Ids(size_t below) {
    std::set<std::string> ids;
    for (size_t i = Below(below) >> shrink_; i > 0; --i) ids.insert(Id());
    return ids;
  }

  void FillWorkspace(const std::string& id, v1::Workspace* workspace) {
    workspace->set_id(id);
    if (Chance(2)) workspace->set_revision(random_() >> (1 + Below(63)));
    FillSettings(workspace);
    principals_.clear();
    FillPrincipals(workspace);
    targets_ = principals_;
    FillGroups(workspace);
    targets_.push_back("default");
    FillResources(workspace);
  }

  void FillSettings(v1::Workspace* workspace) {
    roles_ = {"viewer", "commenter", "editor", "admin"};
    types_ = {"voice", "project"};
    if (Chance(3)) {
      roles_ = {"read", "\xc3\xa9", "all: of it"};
      for (const std::string& role : roles_) workspace->add_roles(role);
    }
    if (Chance(3)) {
      types_ = {"b", "a/b", "\xe4\xb8\xad"};
      for (const std::string& type : types_) {
        workspace->add_resource_types(type);
      }
    }
    if (Chance(3)) {
      workspace->set_max_principals_per_resource(
          static_cast<uint32_t>(random_() >> Below(64)));
    }
  }

  void FillPrincipals(v1::Workspace* workspace) {
    size_t number = 0;
    for (const std::string& id : Ids(8)) {
      v1::User* user = workspace->add_users();
      user->set_id(id);
      if (Chance(2)) user->set_email(absl::StrCat(" U", number, "@X.example "));
      user->set_name(Name());
      user->set_locked(Chance(5));
      user->set_workspace_admin(Chance(5));
      user->set_annotation(Name());
      principals_.push_back("user:" + id);
      ++number;
    }
    for (const std::string& id : Ids(4)) {
      v1::ServiceAccount* account = workspace->add_service_accounts();
      account->set_id(id);
      account->set_name(Name());
      if (Chance(2)) account->set_email(absl::StrCat("s", number, "@x"));
      account->set_annotation(Name());
      principals_.push_back("service_account:" + id);
      ++number;
    }
    if (principals_.empty()) return;
    for (const std::string& id : Ids(5)) {
      v1::ApiKey* key = workspace->add_api_keys();
      key->set_id(id);
      key->set_owner(principals_[Below(principals_.size())]);
      key->set_disabled(Chance(3));
      key->set_annotation(Name());
    }
  }

  // Members are chosen among existing things, so that there are no cycles.
  void FillGroups(v1::Workspace* workspace) {
    for (const std::string& id : Ids(7)) {
      v1::Group* group = workspace->add_groups();
      group->set_id(id);
      group->set_name(Name());
      for (const std::string& member : targets_) {
        if (Chance(3)) group->add_members(member);
      }
      targets_.push_back("group:" + id);
    }
  }

  void FillResources(v1::Workspace* workspace) {
    for (const std::string& type : types_) {
      for (const std::string& id : Ids(5)) {
        v1::Resource* resource = workspace->add_resources();
        resource->set_type(type);
        resource->set_id(id);
        resource->set_name(Name());
        if (!principals_.empty() && Chance(2)) {
          resource->set_creator(principals_[Below(principals_.size())]);
        }
        for (const std::string& target : targets_) {
          if (!Chance(3) || target == resource->creator()) continue;
          v1::Grant* grant = resource->add_grants();
          grant->set_target(target);
          grant->set_role(roles_[Below(roles_.size())]);
        }
      }
    }
  }

  std::mt19937_64 random_;
  const int shrink_;
  std::vector<std::string> roles_;
  std::vector<std::string> types_;
  std::vector<std::string> principals_;
  std::vector<std::string> targets_;
};

}  // namespace

v1::World RandomWorld(uint64_t seed) { return Maker(seed).Make(); }

}  // namespace acl
