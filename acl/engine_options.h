// How an engine is made. Part of the public API; begin reading at acl/engine.h.
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
  // How many request ids a workspace remembers of each caller (an actor as
  // text); a caller's oldest go first. Memory: some hundred bytes for each and
  // what its changes take.
  size_t request_id_window = 1024;
  // How many rows may have been written since a held snapshot was taken before
  // it is pushed out, the oldest first. It bounds the old copies that snapshots
  // keep alive, but for those that a call is reading. 0: no cap.
  uint64_t max_snapshot_rows = 0;
  // How many changes of a workspace are kept for those who watch it and are
  // slower than it changes.
  size_t watch_window = 1024;
  // Gives each new workspace its incarnation; must not repeat. Null: random.
  std::function<uint64_t()> new_incarnation = nullptr;
};

}  // namespace acl

#endif  // ACL_ENGINE_OPTIONS_H_
