// Keeps an engine in step with a folder that another engine writes. Internal;
// the public interface is acl/engine.h (Engine::Follow).
#ifndef ACL_FOLLOWER_H_
#define ACL_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/background.h"
#include "acl/history/followed_folder.h"
#include "acl/journal/change_log.h"
#include "acl/observer_gate.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

class EngineCore;

// Looks for records on its own thread, and applies them to the engine.
// Thread-safe, except for Start() and Stop().
class Follower {
 public:
  // The engine has the state of the folder's replay. Both the engine and the
  // observer, which may be null, must stay alive until Stop() has returned.
  Follower(std::unique_ptr<FollowedFolder> folder, ObserverGate* observer,
           EngineCore* engine)
      : folder_(std::move(folder)), observer_(observer), engine_(*engine) {}
  ~Follower() { Stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Called once.
  void Start(absl::Duration interval);
  // Returns once nothing more will be applied to the engine.
  void Stop();

  // As Engine::Following().
  absl::Status status() const;

 private:
  void Poll();
  absl::StatusOr<bool> Read();
  absl::Status Apply(uint64_t sequence, const v1::Record& record);
  absl::Status ApplyChange(uint64_t sequence, const v1::Record& record);
  void AddNewWorkspaces(const v1::Record& record);
  void Report(const absl::Status& status);

  const std::unique_ptr<FollowedFolder> folder_;
  ObserverGate* const observer_;
  EngineCore& engine_;
  std::atomic<bool> stopped_{false};
  bool ended_ = false;  // permanently

  mutable std::mutex mutex_;
  ChangeLog::Outcome outcome_;  // what status() returns

  Background background_;  // last: its thread uses all of the above
};

}  // namespace acl

#endif  // ACL_FOLLOWER_H_
