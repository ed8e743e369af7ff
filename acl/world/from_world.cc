#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/share/decide.h"
#include "acl/share/lookup.h"
#include "acl/store/draft.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

constexpr Revision kMaxRevision = (Revision{1} << 63) - 1;

class Importer {
 public:
  Importer(const v1::Workspace& world, std::string path,
           std::vector<WorldFault>* faults)
      : world_(world), path_(std::move(path)), faults_(*faults) {}

  void Run(State* state) {
    Note("id", CheckId("workspace id", world_.id()));
    state->workspace = world_.id();
    // Counting on from it must never come round to 0.
    if (world_.revision() > kMaxRevision) {
      Note("revision", Refuse(v1::MALFORMED,
                              absl::StrCat("revision ", world_.revision(),
                                           " is above 2^63 - 1; leave it out "
                                           "to begin at 0")));
    }
    ReadSettings(state);
    draft_ = std::make_unique<Draft>(*state);
    ReadPrincipals();
    ReadKeys();
    ReadGroups();
    for (int i = 0; i < world_.resources_size(); ++i) ReadResource(i);
    *state = *std::move(*draft_).Finish(world_.revision());
  }

 private:
  // Records a refusal under the workspace's path. True if there is none.
  bool Note(const std::string& where, const absl::Status& status) {
    if (!status.ok()) {
      faults_.push_back({absl::StrCat(path_, ".", where), status});
    }
    return status.ok();
  }

  // Applies a change by the rules that everybody's changes follow.
  bool Apply(const std::string& where, const Change& change) {
    absl::Status status = CheckForm(change);
    if (status.ok()) {
      status = DecideChange(Actor::System(), change, draft_.get()).status();
    }
    return Note(where, status);
  }

  void ReadSettings(State* state) {
    WorkspaceSettings settings;
    settings.roles.assign(world_.roles().begin(), world_.roles().end());
    absl::StatusOr<Settings> made = Settings::Make(settings);
    if (!Note("roles", made.status())) settings.roles.clear();
    settings.resource_types.assign(world_.resource_types().begin(),
                                   world_.resource_types().end());
    if (world_.has_max_principals_per_resource()) {
      settings.max_principals_per_resource =
          world_.max_principals_per_resource();
    }
    made = Settings::Make(settings);
    if (!Note("resource_types", made.status())) made = Settings();
    state->settings = std::make_shared<const Settings>(*std::move(made));
  }

  void ReadPrincipals() {
    for (int i = 0; i < world_.users_size(); ++i) {
      const v1::User& user = world_.users(i);
      Apply(absl::StrCat("users[", i, "]"),
            AddUser{user.id(), user.email(), user.name(), user.locked(),
                    user.workspace_admin()});
    }
    for (int i = 0; i < world_.service_accounts_size(); ++i) {
      const v1::ServiceAccount& account = world_.service_accounts(i);
      Apply(absl::StrCat("service_accounts[", i, "]"),
            AddServiceAccount{account.id(), account.name(), account.email()});
    }
  }

  void ReadKeys() {
    for (int i = 0; i < world_.api_keys_size(); ++i) {
      const v1::ApiKey& key = world_.api_keys(i);
      const std::string where = absl::StrCat("api_keys[", i, "]");
      absl::StatusOr<PrincipalId> owner = PrincipalId::Parse(key.owner());
      if (Note(absl::StrCat(where, ".owner"), owner.status())) {
        Apply(where, AddKey{key.id(), *owner, !key.disabled()});
      }
    }
  }

  // All groups first: they may be members of each other in any order.
  void ReadGroups() {
    std::vector<bool> added;
    for (int i = 0; i < world_.groups_size(); ++i) {
      const v1::Group& group = world_.groups(i);
      added.push_back(Apply(absl::StrCat("groups[", i, "]"),
                            AddGroup{group.id(), group.name()}));
    }
    for (int i = 0; i < world_.groups_size(); ++i) {
      if (!added[i]) continue;
      for (int m = 0; m < world_.groups(i).members_size(); ++m) {
        ReadMember(world_.groups(i), m,
                   absl::StrCat("groups[", i, "].members[", m, "]"));
      }
    }
  }

  void ReadMember(const v1::Group& group, int m, const std::string& where) {
    absl::StatusOr<Member> member = Member::Parse(group.members(m));
    if (!Note(where, member.status())) return;
    const AddMember change{group.id(), *member};
    absl::Status status = CheckForm(change);
    if (!status.ok()) {
      Note(where, status);
      return;
    }
    absl::StatusOr<ChangeReceipt> receipt =
        DecideChange(Actor::System(), change, draft_.get());
    if (Note(where, receipt.status()) && !receipt->changed) {
      Note(where, Refuse(v1::ALREADY_EXISTS,
                         absl::StrCat(Quoted(group.members(m)),
                                      " stands twice among the members of ",
                                      Quoted(group.id()))));
    }
  }

  void ReadResource(int i) {
    const v1::Resource& resource = world_.resources(i);
    const std::string where = absl::StrCat("resources[", i, "]");
    acl::AddResource add{{resource.type(), resource.id()}, resource.name(), {}};
    if (!resource.creator().empty()) {
      absl::StatusOr<PrincipalId> creator =
          PrincipalId::Parse(resource.creator());
      if (!Note(absl::StrCat(where, ".creator"), creator.status())) return;
      add.creator = *std::move(creator);
    }
    if (!Apply(where, add)) return;
    for (int g = 0; g < resource.grants_size(); ++g) {
      const v1::Grant& grant = resource.grants(g);
      Note(absl::StrCat(where, ".grants[", g, "]"),
           ReadGrant(add.resource, grant.target(), grant.role()));
    }
  }

  absl::Status ReadGrant(const ResourceId& resource, const std::string& text,
                         const std::string& role) {
    absl::StatusOr<Target> target = Target::Parse(text);
    if (!target.ok()) return target.status();
    if (target->kind() == Kind::kEmail || target->kind() == Kind::kKey) {
      return Refuse(v1::MALFORMED,
                    absl::StrCat("a grant is kept for a user, a service "
                                 "account, a group or `default`, not for ",
                                 Quoted(text)));
    }
    const State& state = draft_->state();
    if (absl::Status s = CheckForm(Share{resource, *target, role}); !s.ok()) {
      return s;
    }
    absl::StatusOr<Rank> rank = state.ladder().Require(role);
    if (!rank.ok()) return rank.status();
    absl::StatusOr<NameRef> name = RequireTarget(state, *target);
    if (!name.ok()) return name.status();
    return SetGrant(*state.FindResource(resource), *name, *rank);
  }

  absl::Status SetGrant(const ResourceRow& row, const NameRef& target,
                        Rank rank) {
    const Ladder& ladder = draft_->state().ladder();
    const NameRef resource = row.name;
    if (target == nullptr) {
      if (row.baseline != 0) return Duplicate("default");
      draft_->SetBaseline(resource, ladder.NumberAt(rank));
      return absl::OkStatus();
    }
    if (target == row.creator) {
      if (rank == ladder.top()) return absl::OkStatus();
      return Refuse(v1::CREATOR_LOWERED,
                    absl::StrCat("the creator ", Quoted(target->id), " is ",
                                 ladder.NameAt(ladder.top()),
                                 " for good; leave the grant out"));
    }
    if (row.grants.Contains(target)) return Duplicate(target->id);
    draft_->SetGrant(resource, target, ladder.NumberAt(rank));
    return absl::OkStatus();
  }

  static absl::Status Duplicate(const std::string& target) {
    return Refuse(v1::DUPLICATE_GRANT,
                  absl::StrCat(Quoted(target), " has two grants; keep one"));
  }

  const v1::Workspace& world_;
  const std::string path_;
  std::vector<WorldFault>& faults_;
  std::unique_ptr<Draft> draft_;
};

}  // namespace

void FromWorld(const v1::Workspace& world, const std::string& path,
               State* state, std::vector<WorldFault>* faults) {
  Importer(world, path, faults).Run(state);
}

absl::Status AsRefusal(const std::vector<WorldFault>& faults) {
  const std::string text = absl::StrJoin(
      faults, "\n", [](std::string* out, const WorldFault& fault) {
        absl::StrAppend(out, fault.path, ": ", fault.refusal.message());
      });
  return Refuse(FaultOf(faults.front().refusal), text);
}

}  // namespace acl
