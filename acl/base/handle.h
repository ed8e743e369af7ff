// Typed, dense stand-ins for ids. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_BASE_HANDLE_H_
#define ACL_BASE_HANDLE_H_

#include <cstdint>
#include <utility>

namespace acl {

// A stand-in for one id of one workspace, for callers who keep it and ask
// often: it saves looking up the string. 8 bytes, freely copyable, usable from
// any thread, owns nothing. It is bound to the incarnation of its workspace.
//
// A handle of something removed always answers none, and so does one of another
// workspace or incarnation: within an incarnation a number is never reused. The
// default handle refers to nothing.
template <class Tag>
class Handle {
 public:
  constexpr Handle() = default;

  // For the library. `scope` tells apart the incarnations of workspaces of this
  // process and is never 0; `number` is the dense number within one.
  constexpr Handle(uint32_t scope, uint32_t number)
      : scope_(scope), number_(number) {}

  // True unless it is the default handle. It does not say whether the thing
  // still exists.
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

// A user, a service account or an API key: the subject of a question.
using SubjectHandle = Handle<struct SubjectTag>;
// A resource.
using ResourceHandle = Handle<struct ResourceTag>;
// A group, as a witness names it.
using GroupHandle = Handle<struct GroupTag>;
// A role of a workspace's ladder. The default value is `none`. Only the ladder
// orders roles, and it may grow: use Reader::Check() to compare.
using Role = Handle<struct RoleTag>;

}  // namespace acl

#endif  // ACL_BASE_HANDLE_H_
