// The switches of planted bugs. A copy of a source of the engine (planted.bzl)
// has one for each of its bugs. All are off until a program chooses a bug.
#ifndef TESTS_PLANTED_SWITCH_H_
#define TESTS_PLANTED_SWITCH_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace acl::planted {

// A global variable. Its name lives as long as the program.
class Switch {
 public:
  explicit Switch(const char* name);
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;

  // Whether the bug is to show. Thread-safe.
  bool IsOn() {
    if (!on_) return false;
    if (!was_read_.load(std::memory_order_relaxed)) {
      was_read_.store(true, std::memory_order_relaxed);
    }
    return true;
  }

  absl::string_view name() const { return name_; }
  // Whether the code with the bug has asked since the bug was chosen.
  bool was_read() const { return was_read_.load(); }

 private:
  friend absl::Status Choose(absl::string_view bug);

  const char* const name_;
  bool on_ = false;
  std::atomic<bool> was_read_{false};
};

// Turns on the switch with the name. Call it once, before there are threads.
//
// NotFound: no bug has the name. AlreadyExists: two switches have it.
absl::Status Choose(absl::string_view bug);

// Refuses with FailedPrecondition if the switch with the name was never read
// while it was on: the code with the bug did not run.
absl::Status CheckWasRead(absl::string_view bug);

}  // namespace acl::planted

#endif  // TESTS_PLANTED_SWITCH_H_
