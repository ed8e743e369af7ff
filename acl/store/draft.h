// A writer's next state: rows are changed together with everything that refers
// back to them. It keeps the data consistent; acl/share decides whether a
// change is allowed. Internal; the public interface is acl/engine.h.
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

// What else was removed along with something.
struct Cascade {
  size_t grants = 0;
  size_t memberships = 0;
  size_t keys = 0;
  size_t creators = 0;  // resources that lost their creator
};

// The fields of a new user or service account.
struct PrincipalFields {
  std::string email;  // canonical; empty for none
  std::string display_name;
  bool locked = false;
  bool workspace_admin = false;
  std::string annotation = {};
};

// Something that a draft has written: its kind (kDefault: a resource) and
// number.
struct Touched {
  Kind kind;
  uint32_t number;
};

// A state that succeeds another.
struct NextState {
  std::shared_ptr<const State> state;
  std::vector<RetiredBlock> retired;  // needed by earlier states only
  std::vector<Block*> made;           // needed by this state and later ones
  std::vector<Touched> touched;       // what was written; may have duplicates
};

// Frees what was created for a state that nobody has seen and on which nothing
// was built. Called by the only writer of its heap.
void Discard(const NextState& next);
// Frees what only earlier states needed. REQUIRES: nobody has them any more.
void ForgetEarlier(NextState* next);

// Starts as a copy of a state, which is not changed and must outlive the draft.
// Not thread-safe. Each step is O(log n) plus what it removes. Unless stated
// otherwise, a step REQUIRES that what it names is in the draft, and that what
// it adds is not.
class Draft {
 public:
  enum class Use {
    kPublish,  // in the base's heap: for its only writer
    // The same for a private state to which things are only added. Reverse
    // references from grants are created by Finish().
    kBuild,
    kTry  // in a separate heap: for any thread
  };
  Draft(const State& base, Use use);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // The state so far. References into it are valid until the next step.
  const State& state() const { return state_; }

  // Everything written, added or removed; may have duplicates.
  const std::vector<Touched>& touched() const { return touched_; }

  // Ends the draft and returns the state, with `revision`. The draft must not
  // be used again. The base must outlive a state made with kTry.
  NextState Finish(Revision revision) &&;

  void SetSettings(Settings settings);
  void SetRequests(RequestTable requests);

  // Users and service accounts. Returns the number.
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
  // `member` is a user, a service account or a group. REQUIRES: this closes no
  // cycle.
  void AddMember(uint32_t group, TargetKey member);
  void RemoveMember(uint32_t group, TargetKey member);

  // `creator` is 0 for none.
  uint32_t AddResource(const ResourceRef& id, absl::string_view display_name,
                       TargetKey creator);
  // The same with a baseline (0 for none) and grants, at most one per target
  // and none for the creator. `hash` is State::HashOf(id).
  uint32_t AddResource(const ResourceRef& id, uint64_t hash,
                       absl::string_view display_name, TargetKey creator,
                       RoleSlot baseline, absl::Span<const TargetGrant> grants);
  void RenameResource(uint32_t resource, absl::string_view display_name);
  Cascade RemoveResource(uint32_t resource);

  // Sets the grant of a user, service account or group; role 0 removes it.
  void SetGrant(uint32_t resource, TargetKey target, RoleSlot role);
  void SetBaseline(uint32_t resource, RoleSlot role);

 private:
  void Touch(Kind kind, uint32_t number);
  void AddId(Kind kind, uint32_t number, absl::string_view id);
  void EraseId(Kind kind, uint32_t number, absl::string_view id);
  void SetEmail(uint32_t principal, absl::string_view email);

  // Adds a number to a reverse set, or removes it.
  void Link(SortedNumbers* set, uint32_t number);
  void Unlink(SortedNumbers* set, uint32_t number);

  // The row, which this draft may change.
  PrincipalRow& Principal(uint32_t number);
  GroupRow& Group(uint32_t number);
  GrantLine& Grants(uint32_t resource);
  MemberLine& Member(uint32_t principal);
  SortedNumbers& GrantsOf(TargetKey target);

  // Creates the reverse references from grants.
  void BuildReverse();

  // Removes the grants and memberships of a target that is being removed.
  void DropGrantsTo(TargetKey target, Cascade* cascade);
  void DropMembershipsOf(TargetKey member, Cascade* cascade);

  const Use use_;
  std::shared_ptr<Heap> own_heap_;  // for kTry
  State state_;
  Edit edit_;
  std::vector<Touched> touched_;
  std::string text_;  // buffer
};

}  // namespace acl

#endif  // ACL_STORE_DRAFT_H_
