// How an engine is configured. Part of the public API; begin reading at
// acl/engine.h.
#ifndef ACL_ENGINE_OPTIONS_H_
#define ACL_ENGINE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "acl/observer.h"

namespace acl {

struct EngineOptions {
  // Told of decisions and changes; see acl/observer.h. Not owned.
  Observer* observer = nullptr;
  // How many request ids a workspace remembers per caller (an actor as text); a
  // caller's oldest are dropped first. Memory: a few hundred bytes for each,
  // plus what its changes take.
  size_t request_id_window = 1024;
  // How many rows may be written after a held snapshot was taken before it is
  // evicted, the oldest first. This bounds the old copies that snapshots keep
  // alive, except for those that a call is reading. 0: no cap.
  uint64_t max_snapshot_rows = 0;
  // How many changes of a workspace are kept for watchers that are slower than
  // it changes.
  size_t watch_window = 1024;
  // Returns the incarnation of each new workspace; must not repeat. Null:
  // random.
  std::function<uint64_t()> new_incarnation = nullptr;
};

}  // namespace acl

#endif  // ACL_ENGINE_OPTIONS_H_
