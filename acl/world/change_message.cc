#include "acl/world/change_message.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

// Reads one message; each method makes one kind of change.
class Reading {
 public:
  Reading(std::string path, std::vector<WorldFault>* faults)
      : path_(std::move(path)), faults_(*faults) {}

  std::optional<Change> Read(const v1::Change& m) {
    using Case = v1::Change::ChangeCase;
    switch (m.change_case()) {
      case Case::kShare:
      case Case::kUnshare:
        return ReadShare(m);
      case Case::kAddUser:
      case Case::kUpdateUser:
      case Case::kRemoveUser:
        return ReadUser(m);
      case Case::kAddServiceAccount:
      case Case::kUpdateServiceAccount:
      case Case::kRemoveServiceAccount:
        return ReadServiceAccount(m);
      case Case::kAddKey:
      case Case::kUpdateKey:
      case Case::kRemoveKey:
        return ReadKey(m);
      case Case::kAddGroup:
      case Case::kUpdateGroup:
      case Case::kRemoveGroup:
      case Case::kAddMember:
      case Case::kRemoveMember:
        return ReadGroup(m);
      case Case::kAddResource:
      case Case::kUpdateResource:
      case Case::kRemoveResource:
        return ReadResource(m);
      case Case::kSetLimit:
      case Case::kSetLadder:
      case Case::kSetResourceTypes:
        return ReadSettings(m);
      case Case::CHANGE_NOT_SET:
        break;
    }
    Note("",
         Refuse(v1::MALFORMED, "a change is empty; name one, such as `share`"));
    return std::nullopt;
  }

  // Checks what can be checked of a change without its references.
  void CheckWhole(const Change& change) { Note("", CheckForm(change)); }

 private:
  void Note(absl::string_view field, const absl::Status& status) {
    if (status.ok()) return;
    AddWorldFault(field.empty() ? path_ : absl::StrCat(path_, ".", field),
                  status, &faults_);
  }

  // A reference, or nullopt with a fault.
  template <class Reference>
  std::optional<Reference> Get(absl::string_view field,
                               const std::string& text) {
    absl::StatusOr<Reference> reference = Reference::Parse(text);
    Note(field, reference.status());
    if (!reference.ok()) return std::nullopt;
    return *std::move(reference);
  }

  std::optional<Change> ReadShare(const v1::Change& m) {
    if (m.has_share()) {
      auto resource = Get<ResourceId>("share.resource", m.share().resource());
      auto target = Get<Target>("share.target", m.share().target());
      if (!resource || !target) return std::nullopt;
      return Share{*resource, *target, m.share().role()};
    }
    auto resource = Get<ResourceId>("unshare.resource", m.unshare().resource());
    auto target = Get<Target>("unshare.target", m.unshare().target());
    if (!resource || !target) return std::nullopt;
    return Unshare{*resource, *target};
  }

  static std::optional<Change> ReadUser(const v1::Change& m) {
    if (m.has_remove_user()) return RemoveUser{m.remove_user().id()};
    if (m.has_add_user()) {
      const v1::User& user = m.add_user();
      return AddUser{user.id(),     user.email(),           user.name(),
                     user.locked(), user.workspace_admin(), user.annotation()};
    }
    const v1::UpdateUser& update = m.update_user();
    UpdateUser change{update.id()};
    if (update.has_email()) change.email = update.email();
    if (update.has_name()) change.name = update.name();
    if (update.has_locked()) change.locked = update.locked();
    if (update.has_workspace_admin()) {
      change.workspace_admin = update.workspace_admin();
    }
    if (update.has_annotation()) change.annotation = update.annotation();
    return change;
  }

  static std::optional<Change> ReadServiceAccount(const v1::Change& m) {
    if (m.has_remove_service_account()) {
      return RemoveServiceAccount{m.remove_service_account().id()};
    }
    if (m.has_add_service_account()) {
      const v1::ServiceAccount& account = m.add_service_account();
      return AddServiceAccount{account.id(), account.name(), account.email(),
                               account.annotation()};
    }
    const v1::UpdateServiceAccount& update = m.update_service_account();
    UpdateServiceAccount change{update.id()};
    if (update.has_name()) change.name = update.name();
    if (update.has_email()) change.email = update.email();
    if (update.has_annotation()) change.annotation = update.annotation();
    return change;
  }

  std::optional<Change> ReadKey(const v1::Change& m) {
    if (m.has_remove_key()) return RemoveKey{m.remove_key().id()};
    if (m.has_add_key()) {
      auto owner = Get<PrincipalId>("add_key.owner", m.add_key().owner());
      if (!owner) return std::nullopt;
      return AddKey{m.add_key().id(), *owner, !m.add_key().disabled(),
                    m.add_key().annotation()};
    }
    UpdateKey change{m.update_key().id()};
    if (m.update_key().has_disabled()) {
      change.enabled = !m.update_key().disabled();
    }
    if (m.update_key().has_annotation()) {
      change.annotation = m.update_key().annotation();
    }
    return change;
  }

  std::optional<Change> ReadGroup(const v1::Change& m) {
    if (m.has_remove_group()) return RemoveGroup{m.remove_group().id()};
    if (m.has_add_group()) {
      return AddGroup{m.add_group().id(), m.add_group().name()};
    }
    if (m.has_update_group()) {
      UpdateGroup change{m.update_group().id()};
      if (m.update_group().has_name()) change.name = m.update_group().name();
      return change;
    }
    if (m.has_add_member()) {
      auto member = Get<Member>("add_member.member", m.add_member().member());
      if (!member) return std::nullopt;
      return AddMember{m.add_member().group(), *member};
    }
    auto member =
        Get<Member>("remove_member.member", m.remove_member().member());
    if (!member) return std::nullopt;
    return RemoveMember{m.remove_member().group(), *member};
  }

  std::optional<Change> ReadResource(const v1::Change& m) {
    if (m.has_add_resource()) return ReadNewResource(m.add_resource());
    if (m.has_update_resource()) {
      auto resource = Get<ResourceId>("update_resource.resource",
                                      m.update_resource().resource());
      if (!resource) return std::nullopt;
      UpdateResource change{*resource};
      if (m.update_resource().has_name()) {
        change.name = m.update_resource().name();
      }
      return change;
    }
    auto resource = Get<ResourceId>("remove_resource.resource",
                                    m.remove_resource().resource());
    if (!resource) return std::nullopt;
    return RemoveResource{*resource};
  }

  std::optional<Change> ReadNewResource(const v1::AddResource& m) {
    auto resource = Get<ResourceId>("add_resource.resource", m.resource());
    std::optional<PrincipalId> creator;
    if (!m.creator().empty()) {
      creator = Get<PrincipalId>("add_resource.creator", m.creator());
      if (!creator) return std::nullopt;
    }
    if (!resource) return std::nullopt;
    return AddResource{*resource, m.name(), creator};
  }

  std::optional<Change> ReadSettings(const v1::Change& m) {
    if (m.has_set_ladder()) {
      return SetLadder{
          {m.set_ladder().roles().begin(), m.set_ladder().roles().end()}};
    }
    if (m.has_set_resource_types()) {
      return SetResourceTypes{{m.set_resource_types().types().begin(),
                               m.set_resource_types().types().end()}};
    }
    if (!m.set_limit().has_max_principals_per_resource()) {
      Note("set_limit", Refuse(v1::MALFORMED,
                               "the limit is missing; 0 stands for no limit"));
      return std::nullopt;
    }
    return SetLimit{m.set_limit().max_principals_per_resource()};
  }

  const std::string path_;
  std::vector<WorldFault>& faults_;
};

// Fills the message of a change.
struct Writing {
  v1::Change m;

  void operator()(const Share& c) {
    m.mutable_share()->set_resource(c.resource.ToString());
    m.mutable_share()->set_target(c.target.ToString());
    m.mutable_share()->set_role(c.role);
  }
  void operator()(const Unshare& c) {
    m.mutable_unshare()->set_resource(c.resource.ToString());
    m.mutable_unshare()->set_target(c.target.ToString());
  }
  void operator()(const AddUser& c) {
    v1::User& user = *m.mutable_add_user();
    user.set_id(c.id);
    user.set_email(c.email);
    user.set_name(c.name);
    user.set_locked(c.locked);
    user.set_workspace_admin(c.workspace_admin);
    user.set_annotation(c.annotation);
  }
  void operator()(const UpdateUser& c) {
    v1::UpdateUser& update = *m.mutable_update_user();
    update.set_id(c.id);
    if (c.email) update.set_email(*c.email);
    if (c.name) update.set_name(*c.name);
    if (c.locked) update.set_locked(*c.locked);
    if (c.workspace_admin) update.set_workspace_admin(*c.workspace_admin);
    if (c.annotation) update.set_annotation(*c.annotation);
  }
  void operator()(const RemoveUser& c) {
    m.mutable_remove_user()->set_id(c.id);
  }
  void operator()(const AddServiceAccount& c) {
    v1::ServiceAccount& account = *m.mutable_add_service_account();
    account.set_id(c.id);
    account.set_name(c.name);
    account.set_email(c.email);
    account.set_annotation(c.annotation);
  }
  void operator()(const UpdateServiceAccount& c) {
    v1::UpdateServiceAccount& update = *m.mutable_update_service_account();
    update.set_id(c.id);
    if (c.name) update.set_name(*c.name);
    if (c.email) update.set_email(*c.email);
    if (c.annotation) update.set_annotation(*c.annotation);
  }
  void operator()(const RemoveServiceAccount& c) {
    m.mutable_remove_service_account()->set_id(c.id);
  }
  void operator()(const AddKey& c) {
    v1::ApiKey& key = *m.mutable_add_key();
    key.set_id(c.id);
    key.set_owner(c.owner.ToString());
    key.set_disabled(!c.enabled);
    key.set_annotation(c.annotation);
  }
  void operator()(const UpdateKey& c) {
    m.mutable_update_key()->set_id(c.id);
    if (c.enabled) m.mutable_update_key()->set_disabled(!*c.enabled);
    if (c.annotation) m.mutable_update_key()->set_annotation(*c.annotation);
  }
  void operator()(const RemoveKey& c) { m.mutable_remove_key()->set_id(c.id); }
  void operator()(const AddGroup& c) {
    m.mutable_add_group()->set_id(c.id);
    m.mutable_add_group()->set_name(c.name);
  }
  void operator()(const UpdateGroup& c) {
    m.mutable_update_group()->set_id(c.id);
    if (c.name) m.mutable_update_group()->set_name(*c.name);
  }
  void operator()(const RemoveGroup& c) {
    m.mutable_remove_group()->set_id(c.id);
  }
  void operator()(const AddMember& c) {
    m.mutable_add_member()->set_group(c.group);
    m.mutable_add_member()->set_member(c.member.ToString());
  }
  void operator()(const RemoveMember& c) {
    m.mutable_remove_member()->set_group(c.group);
    m.mutable_remove_member()->set_member(c.member.ToString());
  }
  void operator()(const AddResource& c) {
    v1::AddResource& add = *m.mutable_add_resource();
    add.set_resource(c.resource.ToString());
    add.set_name(c.name);
    if (c.creator) add.set_creator(c.creator->ToString());
  }
  void operator()(const UpdateResource& c) {
    m.mutable_update_resource()->set_resource(c.resource.ToString());
    if (c.name) m.mutable_update_resource()->set_name(*c.name);
  }
  void operator()(const RemoveResource& c) {
    m.mutable_remove_resource()->set_resource(c.resource.ToString());
  }
  void operator()(const SetLimit& c) {
    m.mutable_set_limit()->set_max_principals_per_resource(
        c.max_principals_per_resource);
  }
  void operator()(const SetLadder& c) {
    *m.mutable_set_ladder()->mutable_roles() = {c.roles.begin(), c.roles.end()};
  }
  void operator()(const SetResourceTypes& c) {
    *m.mutable_set_resource_types()->mutable_types() = {c.types.begin(),
                                                        c.types.end()};
  }
};

}  // namespace

std::vector<Change> ReadChanges(
    const google::protobuf::RepeatedPtrField<v1::Change>& messages,
    const std::string& path, std::vector<WorldFault>* faults) {
  std::vector<Change> changes;
  changes.reserve(static_cast<size_t>(messages.size()));
  for (int i = 0; i < messages.size(); ++i) {
    std::optional<Change> change =
        ReadChange(messages[i], absl::StrCat(path, "[", i, "]"), faults);
    if (change) changes.push_back(*std::move(change));
  }
  return changes;
}

std::optional<Change> ReadChange(const v1::Change& message,
                                 const std::string& path,
                                 std::vector<WorldFault>* faults) {
  Reading reading(path, faults);
  std::optional<Change> change = reading.Read(message);
  if (change) reading.CheckWhole(*change);
  return change;
}

v1::Change ToMessage(const Change& change) {
  Writing writing;
  std::visit(writing, change);
  return std::move(writing.m);
}

}  // namespace acl
