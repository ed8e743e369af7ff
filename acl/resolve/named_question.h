// The lookup of a question by id, up to the lines that answer it. Internal; the
// public interface is acl/engine.h.
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

// Works in steps, each of which prefetches what the next one reads, so that
// several questions can be interleaved. The probable match is prefetched before
// it has been verified. Valid as long as the state.
class NamedQuestion {
 public:
  // The steps, in this order. `type` is State::HashOfType() of the resource
  // type.
  void Begin(const State& state, Kind kind, absl::string_view id, uint64_t type,
             absl::string_view resource);
  void FindIndexLines();
  void Guess(const State& state, Kind kind);
  void FindRows();
  // The numbers, or kNone. REQUIRES: the arguments are those given to Begin(),
  // here and below; ids of `kind` have numbers of their own (not e-mails).
  uint32_t FindId(const State& state, Kind kind, absl::string_view id) const;
  uint32_t FindResource(const State& state, const ResourceRef& resource) const;
  // The lines. MALFORMED or TYPE_UNKNOWN.
  absl::StatusOr<RoleLines> Finish(const State& state, const Subject& subject,
                                   const ResourceRef& resource) const;

 private:
  using Ids = decltype(State::resource_ids);

  // One of the two ids: its hash, and where to look for it and its number.
  struct Id {
    uint64_t hash;
    IdIndex::Path index;
    uint32_t number;  // of the probable match
    Ids::Path path;
    Ids::Cell cell;

    // Whether the probable match is right: every number that has an id refers
    // to something that exists.
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
