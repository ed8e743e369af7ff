// A line on the terminal that shows that something takes its time.
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

// Shows `what` with a bar, or with the count and the time where the total is
// not known; from two seconds on, until the end of the scope, which takes it
// away again. Nothing if the console has no terminal for it.
class Progress {
 public:
  Progress(const Console& console, std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // For the work to tell how far it is. REQUIRES: it does not outlive this.
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
  bool end_ = false;    // under the mutex
  bool drawn_ = false;  // the thread's
  std::thread thread_;
};

}  // namespace acl::cli

#endif  // ACL_CLI_PROGRESS_H_
