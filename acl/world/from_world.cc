#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/ladder.h"
#include "acl/base/text.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"
#include "acl/store/draft.h"
#include "acl/world/import_resources.h"
#include "acl/world/import_work.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

// The lists of a workspace, in the order in which parts have to supply them.
enum class Section { kUsers, kServiceAccounts, kKeys, kGroups, kResources };

constexpr absl::string_view kSectionNames[] = {
    "users", "service_accounts", "api_keys", "groups", "resources"};

Section LastSectionOf(const v1::Workspace& part) {
  return part.resources_size() > 0          ? Section::kResources
         : part.groups_size() > 0           ? Section::kGroups
         : part.api_keys_size() > 0         ? Section::kKeys
         : part.service_accounts_size() > 0 ? Section::kServiceAccounts
                                            : Section::kUsers;
}

// The first list of a part that belongs before `section`, or empty.
absl::string_view ListBefore(const v1::Workspace& part, Section section) {
  const int sizes[] = {part.users_size(), part.service_accounts_size(),
                       part.api_keys_size(), part.groups_size()};
  for (size_t i = 0; i < static_cast<size_t>(section); ++i) {
    if (sizes[i] > 0) return kSectionNames[i];
  }
  return "";
}

bool SetsMoreThanLists(const v1::Workspace& part) {
  return !part.id().empty() || part.revision() != 0 || part.roles_size() > 0 ||
         part.resource_types_size() > 0 ||
         part.has_max_principals_per_resource();
}

}  // namespace

// Imports one workspace. As much of a refused item as is sound is added, or its
// name is remembered, so that references to it cause no further faults.
class WorkspaceImporter::Work {
 public:
  Work(State state, std::vector<WorldFault>* faults)
      : state_(std::move(state)), work_(faults), resources_(&work_) {}

  void Add(const v1::Workspace& part, const std::string& path) {
    work_.path = path;
    if (work_.draft == nullptr) {
      Begin(part);
    } else if (SetsMoreThanLists(part)) {
      Note("continued",
           Refuse(v1::MALFORMED,
                  "a workspace that goes on has lists alone; leave out its id, "
                  "revision and settings"));
    }
    if (const absl::string_view list = ListBefore(part, section_);
        !list.empty()) {
      Note(list, Refuse(v1::MALFORMED,
                        absl::StrCat("comes behind ",
                                     kSectionNames[static_cast<int>(section_)],
                                     " of the same workspace; put it before")));
    }
    for (int i = 0; i < part.users_size(); ++i) ReadUser(part.users(i), i);
    for (int i = 0; i < part.service_accounts_size(); ++i) {
      ReadServiceAccount(part.service_accounts(i), i);
    }
    for (int i = 0; i < part.api_keys_size(); ++i) {
      ReadKey(part.api_keys(i), i);
    }
    ReadGroups(part);
    if (part.resources_size() > 0) ReadLateMembers();
    resources_.Add(part);
    section_ = std::max(section_, LastSectionOf(part));
  }

  State Finish() {
    ReadLateMembers();
    return *std::move(*work_.draft)
                .Finish(std::min(revision_, kMaxRevision))
                .state;
  }

 private:
  bool Note(absl::string_view where, const absl::Status& status) {
    return work_.Note(where, status);
  }
  bool Note(const Place& place, const absl::Status& status) {
    return status.ok() || work_.Note(place.ToString(), status);
  }
  bool Note(const Place& place, absl::string_view field,
            const absl::Status& status) {
    return work_.Note(place, field, status);
  }

  void Begin(const v1::Workspace& world) {
    Note("id", CheckId("workspace id", world.id()));
    state_.workspace = world.id();
    revision_ = world.revision();
    if (revision_ > kMaxRevision) {
      Note("revision",
           Refuse(v1::MALFORMED, absl::StrCat("revision ", revision_,
                                              " is above 2^63 - 1; leave it "
                                              "out to begin at 0")));
    }
    ReadSettings(world);
    work_.draft = std::make_unique<Draft>(state_, Draft::Use::kBuild);
  }

  // Adds a fault for each invalid name of a list; true if there is none.
  // `words` says what a name is.
  template <class List, class Check>
  bool CheckNames(absl::string_view list, absl::string_view words,
                  const List& names, const Check& check) {
    absl::flat_hash_set<std::string> seen;
    bool sound = true;
    for (int i = 0; i < names.size(); ++i) {
      absl::Status status = check(names[i]);
      if (status.ok() && !seen.insert(names[i]).second) {
        status = Refuse(v1::MALFORMED,
                        absl::StrCat(words, Quoted(names[i]), " stands twice"));
      }
      sound &= Note(absl::StrCat(list, "[", i, "]"), status);
    }
    return sound;
  }

  // If the settings are refused, every name in them is accepted.
  void ReadSettings(const v1::Workspace& world) {
    WorkspaceSettings wanted;
    const std::vector<std::string> roles(world.roles().begin(),
                                         world.roles().end());
    const std::vector<std::string> types(world.resource_types().begin(),
                                         world.resource_types().end());
    work_.roles_sound =
        CheckNames("roles", "role ", world.roles(), CheckLadderName);
    if (work_.roles_sound && !roles.empty()) {
      work_.roles_sound = Note("roles", Ladder::Make(roles).status());
    }
    types_sound_ = CheckNames("resource_types", "resource type ",
                              world.resource_types(), CheckTypeName);
    if (types_sound_ && !types.empty()) {
      types_sound_ = Note("resource_types", CheckedTypes(types).status());
    }
    if (work_.roles_sound) wanted.roles = roles;
    if (types_sound_) wanted.resource_types = types;
    work_.known_roles.insert(roles.begin(), roles.end());
    known_types_.insert(types.begin(), types.end());
    if (world.has_max_principals_per_resource()) {
      wanted.max_principals_per_resource = world.max_principals_per_resource();
    }
    state_.settings = *Settings::Make(wanted);
    if (!types_sound_) {
      // Accepts every item that uses one of them.
      Settings all = *state_.settings;
      std::vector<std::string> names(all.types);
      names.insert(names.end(), known_types_.begin(), known_types_.end());
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      all.SetTypes(std::move(names));
      state_.settings = std::make_shared<const Settings>(std::move(all));
    }
  }

  const State& state() const { return work_.draft->state(); }

  // Applies a change under the rules that apply to all changes.
  absl::Status Apply(const Change& change) const {
    return DecideChange(Actor::System(), change, work_.draft.get()).status();
  }

  void Refused(Kind kind, const std::string& id) {
    work_.refused.insert(absl::StrCat(KindWord(kind), ":", id));
  }

  // Adds an item with an id and possibly an e-mail, as `change`, whose other
  // fields have been checked.
  template <class AddPrincipal>
  void AddNamed(const Place& place, Kind kind, AddPrincipal change,
                absl::string_view what) {
    const bool id_sound = Note(place, "id", CheckNewId(what, change.id));
    if (!change.email.empty() &&
        !Note(place, "email", CanonicalEmail(change.email).status())) {
      change.email.clear();
    }
    if (!Note(place, "name", CheckDisplayName(change.name))) {
      change.name.clear();
    }
    if (!Note(place, "annotation", CheckAnnotation(change.annotation))) {
      change.annotation.clear();
    }
    if (!id_sound) return Refused(kind, change.id);
    absl::Status status = Apply(change);
    if (FaultOf(status) == v1::EMAIL_TAKEN) {
      Note(place, "email", status);
      change.email.clear();
      status = Apply(change);
    }
    Note(place, "id", status);
  }

  void ReadUser(const v1::User& user, int i) {
    AddNamed({"users", i}, Kind::kUser,
             AddUser{user.id(), user.email(), user.name(), user.locked(),
                     user.workspace_admin(), user.annotation()},
             "user id");
  }

  void ReadServiceAccount(const v1::ServiceAccount& account, int i) {
    AddNamed({"service_accounts", i}, Kind::kServiceAccount,
             AddServiceAccount{account.id(), account.name(), account.email(),
                               account.annotation()},
             "service account id");
  }

  void ReadKey(const v1::ApiKey& key, int i) {
    const Place place{"api_keys", i};
    bool sound = Note(place, "id", CheckNewId("key id", key.id()));
    if (sound && state().directory.Find(Kind::kKey, key.id()) != State::kNone) {
      sound = Note(place, "id",
                   Refuse(v1::ALREADY_EXISTS,
                          absl::StrCat("key ", Quoted(key.id()),
                                       " exists already; keep one")));
    }
    Note(place, "annotation", CheckAnnotation(key.annotation()));
    const TargetKey owner =
        work_.ReadReference<PrincipalId>(place, "owner", key.owner());
    if (sound && owner != 0) {
      work_.draft->AddKey(key.id(), owner, !key.disabled(), key.annotation());
    }
  }

  // Adds all groups first, since they may be members of each other in any
  // order.
  void ReadGroups(const v1::Workspace& part) {
    std::vector<uint32_t> added;
    added.reserve(static_cast<size_t>(part.groups_size()));
    for (int i = 0; i < part.groups_size(); ++i) {
      added.push_back(ReadGroup(part.groups(i), i));
    }
    for (int i = 0; i < part.groups_size(); ++i) {
      const auto& members = part.groups(i).members();
      absl::flat_hash_set<absl::string_view> seen;
      for (int m = 0; m < members.size(); ++m) {
        const Place place{"groups", i, "members", m};
        if (seen.insert(members[m]).second) {
          ReadMember(added[static_cast<size_t>(i)], members[m], place);
          continue;
        }
        Note(place, Refuse(v1::ALREADY_EXISTS,
                           absl::StrCat(Quoted(members[m]),
                                        " stands twice among the members of ",
                                        Quoted(part.groups(i).id()))));
      }
    }
  }

  // Returns the number; kNone if it was refused.
  uint32_t ReadGroup(const v1::Group& group, int i) {
    const Place place{"groups", i};
    std::string name = group.name();
    const bool sound = Note(place, "id", CheckNewId("group id", group.id()));
    if (!Note(place, "name", CheckDisplayName(name))) name.clear();
    if (!sound) {
      Refused(Kind::kGroup, group.id());
      return State::kNone;
    }
    if (!Note(place, "id", Apply(AddGroup{group.id(), name}))) {
      return State::kNone;
    }
    return state().directory.next_group - 1;
  }

  // `group` is kNone if it was refused.
  void ReadMember(uint32_t group, const std::string& text, const Place& place) {
    // The common case first.
    if (const auto [kind, id] = ImportWork::Split(text);
        kind == Kind::kUser || kind == Kind::kServiceAccount) {
      const uint32_t number = state().directory.Find(kind, id);
      if (number != State::kNone && group != State::kNone) {
        work_.draft->AddMember(group, PrincipalKey(number));
        return;
      }
    }
    const absl::StatusOr<Member> member = Member::Parse(text);
    if (!Note(place, member.status())) return;
    if (work_.refused.contains(text)) return;
    if (!Note(place, CheckForm(*member))) return;
    const absl::StatusOr<TargetKey> key = RequireTargetKey(state(), *member);
    if (!key.ok() && member->kind() == Kind::kGroup) {
      late_.push_back(
          {group, text, absl::StrCat(work_.path, ".", place.ToString())});
    } else if (Note(place, key.status()) && group != State::kNone) {
      Note(place, Apply(AddMember{GroupId(group), *member}));
    }
  }

  std::string GroupId(uint32_t group) const {
    return std::string(state().directory.group_ids.Get(group));
  }

  // Members that are groups from a later part of the workspace.
  void ReadLateMembers() {
    std::vector<LateMember> late;
    late.swap(late_);
    for (const LateMember& item : late) {
      if (work_.refused.contains(item.text)) continue;
      const Member member = *Member::Parse(item.text);
      absl::Status status = RequireTargetKey(state(), member).status();
      if (status.ok() && item.group != State::kNone) {
        status = Apply(AddMember{GroupId(item.group), member});
      }
      if (!status.ok()) AddWorldFault(item.path, status, &work_.faults);
    }
  }

  // A member that is a group not read yet.
  struct LateMember {
    uint32_t group;
    std::string text;
    std::string path;
  };

  State state_;  // before the draft is begun
  ImportWork work_;
  ResourceImporter resources_;
  Section section_ = Section::kUsers;
  Revision revision_ = 0;
  bool types_sound_ = true;
  absl::flat_hash_set<std::string> known_types_;
  std::vector<LateMember> late_;
};

WorkspaceImporter::WorkspaceImporter(State state,
                                     std::vector<WorldFault>* faults)
    : work_(std::make_unique<Work>(std::move(state), faults)) {}

WorkspaceImporter::~WorkspaceImporter() = default;

void WorkspaceImporter::Add(const v1::Workspace& part,
                            const std::string& path) {
  work_->Add(part, path);
}

State WorkspaceImporter::Finish() { return work_->Finish(); }

absl::Status AsRefusal(const std::vector<WorldFault>& faults) {
  const std::string text = absl::StrJoin(
      faults, "\n", [](std::string* out, const WorldFault& fault) {
        absl::StrAppend(out, fault.path, ": ", fault.refusal.message());
      });
  return Refuse(FaultOf(faults.front().refusal), text);
}

}  // namespace acl
