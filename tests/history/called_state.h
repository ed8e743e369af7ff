// States that calls have made, and chunks of them.
#ifndef TESTS_HISTORY_CALLED_STATE_H_
#define TESTS_HISTORY_CALLED_STATE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/share/request.h"
#include "acl/store/settings.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// A state with nothing but its heap, edit tag and scope.
State BareState();

// A workspace `w` that is changed by calls; ends the process if one is refused.
class CalledState {
 public:
  explicit CalledState(const WorkspaceSettings& settings = {});

  // By the system.
  Receipt Apply(const std::vector<Change>& changes);
  // Under a request id.
  Receipt Answer(const std::string& request_id, const Actor& actor,
                 const std::vector<Change>& changes,
                 std::optional<Revision> expected_revision = {});

  const State& state() const { return *head_; }

 private:
  std::shared_ptr<const State> head_;
};

// Three principals, a key, three groups in each other, two resources and two
// answered requests.
CalledState SmallState();

// Everything that a workspace can have: hundreds of users and grants, letters
// of all kinds, holes in the numbers, roles and types that came and went,
// requests of all kinds.
CalledState FullState();

std::vector<v1::WorkspaceChunk> ChunksOf(const State& state,
                                         size_t chunk_items);
absl::StatusOr<State> ReadChunks(const std::vector<v1::WorkspaceChunk>& chunks);

// Everything that can be seen of a state, as lines: its world, what there is in
// the order of numbers, the lists of everybody and of everything, and the
// answered requests.
std::vector<std::string> LinesOf(const State& state);

// Whether both states say the same, by what leads to it and by what leads back.
bool SameState(const State& a, const State& b);

}  // namespace acl

#endif  // TESTS_HISTORY_CALLED_STATE_H_
