// A progress line on the terminal.
#ifndef ACL_CLI_PROGRESS_H_
#define ACL_CLI_PROGRESS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "acl/base/progress.h"
#include "acl/cli/console.h"

namespace acl::cli {

// Shows `what` with a bar or, if the total is not known, with the count and the
// time. The line appears after two seconds and is erased at the end of the
// scope. Shows nothing if the console has no terminal for it.
class Progress {
 public:
  Progress(const Console& console, std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // The sink through which the work reports progress. REQUIRES: this outlives
  // it.
  ProgressSink Sink();

 private:
  void Show();
  void Draw(uint64_t seconds);

  const Console& console_;
  const std::string what_;
  std::atomic<uint64_t> done_{0};
  std::atomic<uint64_t> total_{0};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;    // guarded by the mutex
  bool drawn_ = false;  // used only by the thread
  std::thread thread_;
};

}  // namespace acl::cli

#endif  // ACL_CLI_PROGRESS_H_
