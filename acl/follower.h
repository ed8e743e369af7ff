// Keeps an engine in step with a folder that another engine writes to.
// Internal; the front door is acl/engine.h (Engine::Follow).
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

// Looks for records on a thread of its own, and does in the engine what they
// say. Thread-safe, except for Start() and Stop().
class Follower {
 public:
  // The engine has what is in the folder's replay. Both it and the observer,
  // which may be null, outlive Stop().
  Follower(std::unique_ptr<FollowedFolder> folder, ObserverGate* observer,
           EngineCore* engine)
      : folder_(std::move(folder)), observer_(observer), engine_(*engine) {}
  ~Follower() { Stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Called once.
  void Start(absl::Duration interval);
  // Returns when nothing is done in the engine any more.
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
  bool ended_ = false;  // for good

  mutable std::mutex mutex_;
  ChangeLog::Outcome outcome_;  // what status() says

  Background background_;  // last: its thread uses all of it
};

}  // namespace acl

#endif  // ACL_FOLLOWER_H_
