// Typed, dense stand-ins for ids. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_BASE_HANDLE_H_
#define ACL_BASE_HANDLE_H_

#include <cstdint>
#include <utility>

namespace acl {

// A stand-in for one id of one workspace, for callers who keep it and ask
// often: it skips the lookup of the string. 8 bytes, copied freely, usable from
// any thread, owns nothing. It is bound to the incarnation of its workspace.
//
// A handle of something removed, and one of another workspace or incarnation,
// answers none for good: a number is never given to anything else within one
// incarnation. The default handle stands for nothing.
template <class Tag>
class Handle {
 public:
  constexpr Handle() = default;

  // For the library. `scope` tells incarnations of workspaces of this process
  // apart and is never 0; `number` is the dense number inside.
  constexpr Handle(uint32_t scope, uint32_t number)
      : scope_(scope), number_(number) {}

  // True unless it is the default handle. It says nothing about whether the
  // thing still exists.
  constexpr explicit operator bool() const { return scope_ != 0; }

  constexpr uint32_t scope() const { return scope_; }
  constexpr uint32_t number() const { return number_; }

  friend constexpr bool operator==(Handle a, Handle b) {
    return a.scope_ == b.scope_ && a.number_ == b.number_;
  }
  friend constexpr bool operator!=(Handle a, Handle b) { return !(a == b); }
  template <class H>
  friend H AbslHashValue(H h, Handle handle) {
    return H::combine(std::move(h), handle.scope_, handle.number_);
  }

 private:
  uint32_t scope_ = 0;
  uint32_t number_ = 0;
};

// A user, a service account or an API key: who a question is about.
using SubjectHandle = Handle<struct SubjectTag>;
// A resource.
using ResourceHandle = Handle<struct ResourceTag>;
// A group, as a witness names it.
using GroupHandle = Handle<struct GroupTag>;
// A role of a workspace's ladder. The default value is `none`. Roles are put in
// order by the ladder alone, since a ladder may grow: ask Reader::Check().
using Role = Handle<struct RoleTag>;

}  // namespace acl

#endif  // ACL_BASE_HANDLE_H_
