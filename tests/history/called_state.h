// States built by calls, and their chunks.
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

// A state that has only its heap, edit tag and scope.
State BareState();

// A workspace `w` that is changed by calls. Aborts the process if a call is
// refused.
class CalledState {
 public:
  explicit CalledState(const WorkspaceSettings& settings = {});

  // Applies the changes as the system.
  Receipt Apply(const std::vector<Change>& changes);
  // Applies them under a request id.
  Receipt Answer(const std::string& request_id, const Actor& actor,
                 const std::vector<Change>& changes,
                 std::optional<Revision> expected_revision = {});

  const State& state() const { return *head_; }

 private:
  std::shared_ptr<const State> head_;
};

// Three principals, a key, three nested groups, two resources and two answered
// requests.
CalledState SmallState();

// Everything that a workspace can have: hundreds of users and grants, all kinds
// of characters, gaps in the numbers, roles and types that were added and
// removed, and all kinds of requests.
CalledState FullState();

std::vector<v1::WorkspaceChunk> ChunksOf(const State& state,
                                         size_t chunk_items);
absl::StatusOr<State> ReadChunks(const std::vector<v1::WorkspaceChunk>& chunks);

// Everything visible in a state, as lines: its world, its things in the order
// of their numbers, the lists of everyone and everything, and the answered
// requests.
std::vector<std::string> LinesOf(const State& state);

// Whether both states are equal, both in their contents and in their reverse
// links.
bool SameState(const State& a, const State& b);

}  // namespace acl

#endif  // TESTS_HISTORY_CALLED_STATE_H_
