// Makes the parts of a world concurrently with their consumer. Internal.
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
  uint64_t end = 0;  // position in a file; 0 if there is none
};

// A queue of parts made on a separate thread: while one is in use the next two
// are made, and no more are kept. Not thread-safe.
class ReadAhead {
 public:
  // Makes the next part in the storage of an old one; false at the end. Called
  // on the other thread, and not again after it has returned anything but true.
  using Make = std::function<absl::StatusOr<bool>(MadePart* made)>;

  explicit ReadAhead(Make make) : make_(std::move(make)) {}
  // Waits for the part that is being made, if any.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next part, valid until the next call; null at the end. If `make` ended
  // with an error or an exception, that is reported after all parts made before
  // it. The first call starts the thread.
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
