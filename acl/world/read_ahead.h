// Makes the parts of a world beside whoever takes them. Internal.
#ifndef ACL_WORLD_READ_AHEAD_H_
#define ACL_WORLD_READ_AHEAD_H_

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

struct MadePart {
  v1::Workspace part;
  uint64_t end = 0;  // byte of a file; 0 where there is none
};

// A queue of parts that a thread of its own makes: while one is worked on the
// next two are made, and no more are kept. Not thread-safe.
class ReadAhead {
 public:
  // Makes the next part in the place of an old one; false at the end. Called on
  // the other thread, and no more once it has given anything but true.
  using Make = std::function<absl::StatusOr<bool>(MadePart* made)>;

  explicit ReadAhead(Make make) : make_(std::move(make)) {}
  // Waits for the part that is being made, if there is one.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next part, which lasts until the next call; null at the end; or what
  // ended it, a refusal or an exception, once all parts from before were given.
  // The first call begins.
  absl::StatusOr<const MadePart*> Next();

 private:
  void Run();

  static constexpr uint64_t kKept = 3;

  const Make make_;
  std::array<MadePart, kKept> parts_;  // by number modulo kKept
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t made_ = 0;   // how many
  uint64_t given_ = 0;  // how many, the last of which may be in use
  bool ended_ = false;
  bool stopped_ = false;
  absl::Status refusal_;
  std::exception_ptr exception_;
  std::thread thread_;
};

}  // namespace acl

#endif  // ACL_WORLD_READ_AHEAD_H_
