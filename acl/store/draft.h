// A writer's next state: rows changed together with everything that points back
// at them. It keeps the data consistent; whether a change is allowed is decided
// above, in acl/share. Internal; the front door is acl/engine.h.
#ifndef ACL_STORE_DRAFT_H_
#define ACL_STORE_DRAFT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/store/state.h"

namespace acl {

// What removing something took with it.
struct Cascade {
  size_t grants = 0;
  size_t memberships = 0;
  size_t keys = 0;
  size_t creators = 0;  // resources that lost their creator
};

// What a user or service account is created with.
struct PrincipalFields {
  std::string email;  // canonical; empty for none
  std::string display_name;
  bool locked = false;
  bool workspace_admin = false;
  std::string annotation = {};
};

// What a draft has written to: a thing by its kind (kDefault: a resource) and
// number.
struct Touched {
  Kind kind;
  uint32_t number;
};

// A state that goes on from another.
struct NextState {
  std::shared_ptr<const State> state;
  std::vector<RetiredBlock> retired;  // what only the earlier ones need
  std::vector<Block*> made;           // what only this one and later ones need
  std::vector<Touched> touched;       // what was written, some of it twice
};

// Gives back what was made for a state that nobody has seen, and nothing was
// built upon. By the only writer of its heap.
void Discard(const NextState& next);
// Gives back what only states before it needed, when nobody has them any more.
void ForgetEarlier(NextState* next);

// Starts as a copy of a state, which stays as it is and has to live as long.
// Not thread-safe. Each step is O(log n) plus what it removes. Unless said
// otherwise a step REQUIRES that what it names is in the draft, and that what
// it adds is not.
class Draft {
 public:
  enum class Use {
    kPublish,  // in the base's heap: by its only writer
    // The same for a state that nobody else knows, to which things are only
    // added. What points back from grants is there when it is finished.
    kBuild,
    kTry  // in a heap of its own, by anybody
  };
  Draft(const State& base, Use use);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // The state so far. What it leads to lasts until the next step.
  const State& state() const { return state_; }

  // All that was written, added or removed; some twice.
  const std::vector<Touched>& touched() const { return touched_; }

  // Ends the draft: the state, with `revision`. The draft is not used again.
  // One that was tried has to be outlived by its base.
  NextState Finish(Revision revision) &&;

  void SetSettings(Settings settings);
  void SetRequests(RequestTable requests);

  // Users and service accounts. Gives the number.
  uint32_t AddPrincipal(Kind kind, absl::string_view id,
                        const PrincipalFields& fields);
  // Replaces all fields.
  void UpdatePrincipal(uint32_t principal, const PrincipalFields& fields);
  Cascade RemovePrincipal(uint32_t principal);

  void AddKey(absl::string_view id, TargetKey owner, bool enabled,
              absl::string_view annotation);
  void UpdateKey(uint32_t key, bool enabled, absl::string_view annotation);
  void RemoveKey(uint32_t key);

  uint32_t AddGroup(absl::string_view id, absl::string_view display_name);
  void RenameGroup(uint32_t group, absl::string_view display_name);
  Cascade RemoveGroup(uint32_t group);
  // `member` is a user, a service account or a group.
  // REQUIRES: no cycle closes.
  void AddMember(uint32_t group, TargetKey member);
  void RemoveMember(uint32_t group, TargetKey member);

  // `creator` is 0 for none.
  uint32_t AddResource(const ResourceRef& id, absl::string_view display_name,
                       TargetKey creator);
  // The same with a baseline (0 for none) and grants, one for a target and none
  // for the creator. `hash` is State::HashOf(id).
  uint32_t AddResource(const ResourceRef& id, uint64_t hash,
                       absl::string_view display_name, TargetKey creator,
                       RoleSlot baseline, absl::Span<const TargetGrant> grants);
  void RenameResource(uint32_t resource, absl::string_view display_name);
  Cascade RemoveResource(uint32_t resource);

  // Sets or, with role 0, takes the grant of a user, service account or group.
  void SetGrant(uint32_t resource, TargetKey target, RoleSlot role);
  void SetBaseline(uint32_t resource, RoleSlot role);

 private:
  void Touch(Kind kind, uint32_t number);
  void AddId(Kind kind, uint32_t number, absl::string_view id);
  void EraseId(Kind kind, uint32_t number, absl::string_view id);
  void SetEmail(uint32_t principal, absl::string_view email);

  // Puts a number into, or takes it out of, a set that points back.
  void Link(SortedNumbers* set, uint32_t number);
  void Unlink(SortedNumbers* set, uint32_t number);

  // The row, owned by this draft.
  PrincipalRow& Principal(uint32_t number);
  GroupRow& Group(uint32_t number);
  GrantLine& Grants(uint32_t resource);
  MemberLine& Member(uint32_t principal);
  SortedNumbers& GrantsOf(TargetKey target);

  // Makes what points back from grants.
  void BuildReverse();

  // Takes the grants to, and the memberships of, what is being removed.
  void DropGrantsTo(TargetKey target, Cascade* cascade);
  void DropMembershipsOf(TargetKey member, Cascade* cascade);

  const Use use_;
  std::shared_ptr<Heap> own_heap_;  // of what is tried
  State state_;
  Edit edit_;
  std::vector<Touched> touched_;
  std::string text_;  // to put one together
};

}  // namespace acl

#endif  // ACL_STORE_DRAFT_H_
