// A writer's next state: rows changed together with everything that points back
// at them. It keeps the data consistent; whether a change is allowed is decided
// above, in acl/share. Internal; the front door is acl/engine.h.
#ifndef ACL_STORE_DRAFT_H_
#define ACL_STORE_DRAFT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acl/store/state.h"

namespace acl {

// A tag that no edit has used yet. Safe from any thread.
EditTag NewEditTag();

// What removing something took with it.
struct Cascade {
  size_t grants = 0;
  size_t memberships = 0;
  size_t keys = 0;
  size_t creators = 0;  // resources that lost their creator
};

// Starts as a copy of a state, which stays as it is. Not thread-safe. Each step
// is O(log n) plus what it removes. Unless said otherwise a step REQUIRES that
// what it names is in the draft, and that what it adds is not.
class Draft {
 public:
  explicit Draft(const State& base);
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // The state so far. References into it last until the next step.
  const State& state() const { return state_; }

  // The names of all rows that were written, added or removed; some twice.
  const std::vector<NameRef>& touched() const { return touched_; }

  // Ends the draft: the state, with `revision`. The draft is not used again.
  std::shared_ptr<const State> Finish(Revision revision) &&;

  void SetSettings(Settings settings);
  void SetRequests(RequestTable requests) {
    state_.requests = std::move(requests);
  }

  // Users and service accounts. The row's name, links and tag are set here.
  NameRef AddPrincipal(Kind kind, const std::string& id, PrincipalRow row);
  // Replaces e-mail, display name, lock and admin flag by those of `row`.
  void UpdatePrincipal(const NameRef& name, PrincipalRow row);
  Cascade RemovePrincipal(const NameRef& name);

  void AddKey(const std::string& id, const NameRef& owner, bool enabled);
  void SetKeyEnabled(const NameRef& key, bool enabled);
  void RemoveKey(const NameRef& key);

  NameRef AddGroup(const std::string& id, const std::string& display_name);
  void RenameGroup(const NameRef& group, const std::string& display_name);
  Cascade RemoveGroup(const NameRef& group);
  // `member` is a user, a service account or a group.
  // REQUIRES: no cycle closes.
  void AddMember(const NameRef& group, const NameRef& member);
  void RemoveMember(const NameRef& group, const NameRef& member);

  NameRef AddResource(const ResourceId& id, const std::string& display_name,
                      const NameRef& creator);
  void RenameResource(const NameRef& resource, const std::string& display_name);
  Cascade RemoveResource(const NameRef& resource);

  // Sets or, with role 0, takes the grant of a user, service account or group.
  void SetGrant(const NameRef& resource, const NameRef& target, RoleSlot role);
  void SetBaseline(const NameRef& resource, RoleSlot role);

 private:
  void Touch(const NameRef& name);
  // The row at `name`, copied first if another edit made it.
  template <class Row>
  Row& Own(DenseVector<Row>* rows, const NameRef& name);

  // Makes all that was written so far count as somebody else's, so that copies
  // taken from now on can be walked while the draft changes.
  void Freeze();

  // The row, owned by this draft: a copy unless it is already.
  PrincipalRow& Principal(const NameRef& name);
  KeyRow& Key(const NameRef& name);
  GroupRow& Group(const NameRef& name);
  ResourceRow& Resource(const NameRef& name);
  GrantLine& Grants(const NameRef& resource);
  MemberLine& Member(const NameRef& principal);

  // The back links of a member and of a target.
  NameSet& GroupsOf(const NameRef& member);
  NameSet& GrantsOf(const NameRef& target);

  // Takes the grants to, and the memberships of, what is being removed.
  void DropGrantsTo(const NameRef& target, Cascade* cascade);
  void DropMembershipsOf(const NameRef& member, Cascade* cascade);

  State state_;
  EditTag edit_;
  std::vector<NameRef> touched_;
};

}  // namespace acl

#endif  // ACL_STORE_DRAFT_H_
