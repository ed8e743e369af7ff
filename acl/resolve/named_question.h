// A question by id on its way to the lines that answer it. Internal; the front
// door is acl/engine.h.
#ifndef ACL_RESOLVE_NAMED_QUESTION_H_
#define ACL_RESOLVE_NAMED_QUESTION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/reference.h"
#include "acl/directory/id_index.h"
#include "acl/resolve/role.h"
#include "acl/store/state.h"

namespace acl {

// In steps, each of which begins to load what the next one looks at: between
// them there is time for other questions. What is probably meant is loaded
// before it is known whether it is. Valid as long as the state is.
class NamedQuestion {
 public:
  // The steps, in this order. `type` is State::HashOfType() of the resource's.
  void Begin(const State& state, Kind kind, absl::string_view id, uint64_t type,
             absl::string_view resource);
  void FindIndexLines();
  void Guess(const State& state, Kind kind);
  void FindRows();
  // The numbers, or kNone. REQUIRES: the arguments are those that it began
  // with, as below; ids of the kind have numbers of their own (no e-mails).
  uint32_t FindId(const State& state, Kind kind, absl::string_view id) const;
  uint32_t FindResource(const State& state, const ResourceRef& resource) const;
  // The lines. MALFORMED or TYPE_UNKNOWN.
  absl::StatusOr<RoleLines> Finish(const State& state, const Subject& subject,
                                   const ResourceRef& resource) const;

 private:
  using Ids = decltype(State::resource_ids);

  // One of the two ids: its hash, and where it and its number are looked for.
  struct Id {
    uint64_t hash;
    IdIndex::Path index;
    uint32_t number;  // that is probably meant
    Ids::Path path;
    Ids::Cell cell;

    // Whether what is probably meant is it: a number that has an id stands for
    // something.
    bool Means(absl::string_view id) const {
      return number != State::kNone && cell.Get() == id;
    }
  };

  bool IsResource(const State& state, const ResourceRef& resource) const;
  absl::StatusOr<RoleLines> FinishSlowly(const State& state,
                                         const Subject& subject,
                                         const ResourceRef& resource) const;

  Id subject_;
  Id resource_;
  RolePaths paths_;
  RoleLines lines_;
};

}  // namespace acl

#endif  // ACL_RESOLVE_NAMED_QUESTION_H_
