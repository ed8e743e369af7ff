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
#include "acl/world/state_world.h"

namespace acl {
namespace {

constexpr Revision kMaxRevision = (Revision{1} << 63) - 1;

// The lists of a workspace in the order in which parts have to give them.
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

// The work of one workspace. An item that is refused is added as far as it is
// sound, or its name is remembered, so that references to it make no faults.
class WorkspaceImporter::Work {
 public:
  Work(State state, std::vector<WorldFault>* faults)
      : state_(std::move(state)), faults_(*faults) {}

  void Add(const v1::Workspace& part, const std::string& path) {
    path_ = path;
    if (draft_ == nullptr) {
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
    for (int i = 0; i < part.resources_size(); ++i) {
      ReadResource(part.resources(i), absl::StrCat("resources[", i, "]"));
    }
    section_ = std::max(section_, LastSectionOf(part));
  }

  State Finish() {
    ReadLateMembers();
    return *std::move(*draft_)
                .Finish(std::min(revision_, kMaxRevision))
                .state;
  }

 private:
  // Records a refusal under the part's path. True if there is none.
  bool Note(absl::string_view where, const absl::Status& status) {
    if (!status.ok()) {
      AddWorldFault(absl::StrCat(path_, ".", where), status, &faults_);
    }
    return status.ok();
  }
  bool Note(absl::string_view item, absl::string_view field,
            const absl::Status& status) {
    if (status.ok()) return true;
    return Note(absl::StrCat(item, ".", field), status);
  }

  void Begin(const v1::Workspace& world) {
    Note("id", CheckId("workspace id", world.id()));
    state_.workspace = world.id();
    revision_ = world.revision();
    // Counting on from it must never come round to 0.
    if (revision_ > kMaxRevision) {
      Note("revision",
           Refuse(v1::MALFORMED, absl::StrCat("revision ", revision_,
                                              " is above 2^63 - 1; leave it "
                                              "out to begin at 0")));
    }
    ReadSettings(world);
    draft_ = std::make_unique<Draft>(state_, Draft::Use::kBuild);
  }

  // Faults of each name of a list; true if there are none. `words` says what a
  // name is.
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

  // With settings that are refused, every name that they have is taken.
  void ReadSettings(const v1::Workspace& world) {
    WorkspaceSettings wanted;
    const std::vector<std::string> roles(world.roles().begin(),
                                         world.roles().end());
    const std::vector<std::string> types(world.resource_types().begin(),
                                         world.resource_types().end());
    roles_sound_ = CheckNames("roles", "role ", world.roles(), CheckLadderName);
    if (roles_sound_ && !roles.empty()) {
      roles_sound_ = Note("roles", Ladder::Make(roles).status());
    }
    types_sound_ = CheckNames("resource_types", "resource type ",
                              world.resource_types(), CheckTypeName);
    if (types_sound_ && !types.empty()) {
      types_sound_ = Note("resource_types", CheckedTypes(types).status());
    }
    if (roles_sound_) wanted.roles = roles;
    if (types_sound_) wanted.resource_types = types;
    known_roles_.insert(roles.begin(), roles.end());
    known_types_.insert(types.begin(), types.end());
    if (world.has_max_principals_per_resource()) {
      wanted.max_principals_per_resource = world.max_principals_per_resource();
    }
    state_.settings = *Settings::Make(wanted);
    if (!types_sound_) {
      // Whatever has one of them can be taken in.
      Settings all = *state_.settings;
      std::vector<std::string> names(all.types);
      names.insert(names.end(), known_types_.begin(), known_types_.end());
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      all.SetTypes(std::move(names));
      state_.settings = std::make_shared<const Settings>(std::move(all));
    }
  }

  const State& state() const { return draft_->state(); }

  // Applies a change by the rules that everybody's changes follow.
  absl::Status Apply(const Change& change) {
    return DecideChange(Actor::System(), change, draft_.get()).status();
  }

  void Refused(Kind kind, const std::string& id) {
    refused_.insert(absl::StrCat(KindWord(kind), ":", id));
  }

  // Adds what has an id and perhaps an e-mail, as `change`, whose other fields
  // have been checked.
  template <class AddPrincipal>
  void AddNamed(const std::string& item, Kind kind, AddPrincipal change,
                absl::string_view what) {
    const bool id_sound = Note(item, "id", CheckNewId(what, change.id));
    if (!change.email.empty() &&
        !Note(item, "email", CanonicalEmail(change.email).status())) {
      change.email.clear();
    }
    if (!Note(item, "name", CheckDisplayName(change.name))) change.name.clear();
    if (!id_sound) return Refused(kind, change.id);
    absl::Status status = Apply(change);
    if (FaultOf(status) == v1::EMAIL_TAKEN) {
      Note(item, "email", status);
      change.email.clear();
      status = Apply(change);
    }
    Note(item, "id", status);
  }

  void ReadUser(const v1::User& user, int i) {
    AddNamed(absl::StrCat("users[", i, "]"), Kind::kUser,
             AddUser{user.id(), user.email(), user.name(), user.locked(),
                     user.workspace_admin()},
             "user id");
  }

  void ReadServiceAccount(const v1::ServiceAccount& account, int i) {
    AddNamed(absl::StrCat("service_accounts[", i, "]"), Kind::kServiceAccount,
             AddServiceAccount{account.id(), account.name(), account.email()},
             "service account id");
  }

  // What `text` refers to as `item`.`field`: 0 with a fault, or without one if
  // what it refers to was refused itself.
  template <class Reference>
  TargetKey ReadReference(const std::string& item, absl::string_view field,
                          const std::string& text) {
    const absl::StatusOr<Reference> reference = Reference::Parse(text);
    if (!reference.ok()) {
      Note(item, field, reference.status());
      return 0;
    }
    if (refused_.contains(text)) return 0;
    const absl::StatusOr<TargetKey> key = RequireTargetKey(state(), *reference);
    if (key.ok()) return *key;
    const absl::Status form = CheckForm(*reference);
    Note(item, field, form.ok() ? key.status() : form);
    return 0;
  }

  void ReadKey(const v1::ApiKey& key, int i) {
    const std::string item = absl::StrCat("api_keys[", i, "]");
    bool sound = Note(item, "id", CheckNewId("key id", key.id()));
    if (sound &&
        state().directory.Find(Kind::kKey, key.id()) != State::kNone) {
      sound = Note(item, "id",
                   Refuse(v1::ALREADY_EXISTS,
                          absl::StrCat("key ", Quoted(key.id()),
                                       " exists already; keep one")));
    }
    const TargetKey owner =
        ReadReference<PrincipalId>(item, "owner", key.owner());
    if (sound && owner != 0) {
      draft_->AddKey(key.id(), owner, !key.disabled());
    }
  }

  // All groups first: they may be members of each other in any order.
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
        const std::string where =
            absl::StrCat("groups[", i, "].members[", m, "]");
        if (seen.insert(members[m]).second) {
          ReadMember(added[i], members[m], where);
          continue;
        }
        Note(where, Refuse(v1::ALREADY_EXISTS,
                           absl::StrCat(Quoted(members[m]),
                                        " stands twice among the members of ",
                                        Quoted(part.groups(i).id()))));
      }
    }
  }

  // The number; kNone if it was refused.
  uint32_t ReadGroup(const v1::Group& group, int i) {
    const std::string item = absl::StrCat("groups[", i, "]");
    std::string name = group.name();
    const bool sound = Note(item, "id", CheckNewId("group id", group.id()));
    if (!Note(item, "name", CheckDisplayName(name))) name.clear();
    if (!sound) {
      Refused(Kind::kGroup, group.id());
      return State::kNone;
    }
    if (!Note(item, "id", Apply(AddGroup{group.id(), name}))) {
      return State::kNone;
    }
    return state().directory.next_group - 1;
  }

  // `group` is kNone if it was refused.
  void ReadMember(uint32_t group, const std::string& text,
                  const std::string& where) {
    const absl::StatusOr<Member> member = Member::Parse(text);
    if (!Note(where, member.status())) return;
    if (refused_.contains(text)) return;
    if (!Note(where, CheckForm(*member))) return;
    const absl::StatusOr<TargetKey> key = RequireTargetKey(state(), *member);
    if (!key.ok() && member->kind() == Kind::kGroup) {
      late_.push_back({group, text, absl::StrCat(path_, ".", where)});
    } else if (Note(where, key.status()) && group != State::kNone) {
      Note(where, Apply(AddMember{GroupId(group), *member}));
    }
  }

  std::string GroupId(uint32_t group) const {
    return std::string(state().directory.group_ids.Get(group));
  }

  // Members that are groups of a later part of the workspace.
  void ReadLateMembers() {
    std::vector<LateMember> late;
    late.swap(late_);
    for (const LateMember& item : late) {
      if (refused_.contains(item.text)) continue;
      const Member member = *Member::Parse(item.text);
      absl::Status status = RequireTargetKey(state(), member).status();
      if (status.ok() && item.group != State::kNone) {
        status = Apply(AddMember{GroupId(item.group), member});
      }
      if (!status.ok()) AddWorldFault(item.path, status, &faults_);
    }
  }

  void ReadResource(const v1::Resource& resource, const std::string& item) {
    bool sound = Note(item, "type", state().settings->RequireType(resource.type()));
    sound &= Note(item, "id", CheckId("resource id", resource.id()));
    if (sound && state().FindResource({resource.type(), resource.id()}) !=
                     State::kNone) {
      const std::string id = absl::StrCat(resource.type(), ":", resource.id());
      sound = Note(item, "id",
                   Refuse(v1::ALREADY_EXISTS,
                          absl::StrCat("resource ", Quoted(id),
                                       " exists already; keep one")));
    }
    Note(item, "name", CheckDisplayName(resource.name()));
    TargetKey creator = 0;
    if (!resource.creator().empty()) {
      creator = ReadReference<PrincipalId>(item, "creator", resource.creator());
    }
    uint32_t number = State::kNone;
    if (sound) {
      number = draft_->AddResource({resource.type(), resource.id()},
                                   resource.name(), creator);
    }
    targets_.clear();
    for (int g = 0; g < resource.grants_size(); ++g) {
      ReadGrant(resource.grants(g), number, creator,
                absl::StrCat(item, ".grants[", g, "]"));
    }
  }

  // `resource` is kNone if it was refused.
  void ReadGrant(const v1::Grant& grant, uint32_t resource, TargetKey creator,
                 const std::string& item) {
    const Rank rank = ReadRole(grant.role(), item);
    TargetKey target = 0;
    if (grant.target() != "default") {
      target = ReadTarget(grant.target(), item);
      if (target == 0) return;
    }
    if (!targets_.insert(target).second) {
      Note(item, "target",
           Refuse(v1::DUPLICATE_GRANT, absl::StrCat(Quoted(grant.target()),
                                                    " has two grants; keep "
                                                    "one")));
      return;
    }
    if (rank == 0) return;
    const Ladder& ladder = state().ladder();
    if (target != 0 && target == creator) {
      if (rank == ladder.top()) return;
      Note(item, "role",
           Refuse(v1::CREATOR_LOWERED,
                  absl::StrCat("the creator ",
                                  Quoted(state().directory.IdOfTarget(target)),
                                  " is ",
                               ladder.NameAt(ladder.top()),
                               " for good; leave the grant out")));
    } else if (resource != State::kNone && target == 0) {
      draft_->SetBaseline(resource, ladder.SlotAt(rank));
    } else if (resource != State::kNone) {
      draft_->SetGrant(resource, target, ladder.SlotAt(rank));
    }
  }

  // The role's rank, or 0.
  Rank ReadRole(const std::string& role, const std::string& item) {
    const absl::StatusOr<Rank> rank = state().ladder().Require(role);
    if (rank.ok()) return *rank;
    if (roles_sound_ || !known_roles_.contains(role)) {
      Note(item, "role", rank.status());
    }
    return 0;
  }

  TargetKey ReadTarget(const std::string& text, const std::string& item) {
    const absl::StatusOr<Target> target = Target::Parse(text);
    if (target.ok() &&
        (target->kind() == Kind::kEmail || target->kind() == Kind::kKey)) {
      Note(item, "target",
           Refuse(v1::MALFORMED,
                  absl::StrCat("a grant is kept for a user, a service account, "
                               "a group or `default`, not for ",
                               Quoted(text))));
      return 0;
    }
    return ReadReference<Target>(item, "target", text);
  }

  // A member that is a group which has not been read yet.
  struct LateMember {
    uint32_t group;
    std::string text;
    std::string path;
  };

  State state_;  // before the draft is begun
  std::vector<WorldFault>& faults_;
  std::unique_ptr<Draft> draft_;
  std::string path_;  // of the part
  Section section_ = Section::kUsers;
  Revision revision_ = 0;
  bool roles_sound_ = true;
  bool types_sound_ = true;
  absl::flat_hash_set<std::string> known_roles_;
  absl::flat_hash_set<std::string> known_types_;
  absl::flat_hash_set<std::string> refused_;  // references
  absl::flat_hash_set<TargetKey> targets_;  // of one resource's grants
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
