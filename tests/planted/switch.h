// The switches of planted bugs. A modified copy of an engine source
// (planted.bzl) has one for each of its bugs. All are off until a program
// chooses a bug.
#ifndef TESTS_PLANTED_SWITCH_H_
#define TESTS_PLANTED_SWITCH_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace acl::planted {

// Every switch is a global variable. Its name must live as long as the program.
class Switch {
 public:
  explicit Switch(const char* name);
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;

  // Whether the bug is active. Thread-safe.
  bool IsOn() {
    if (!on_) return false;
    if (!was_read_.load(std::memory_order_relaxed)) {
      was_read_.store(true, std::memory_order_relaxed);
    }
    return true;
  }

  absl::string_view name() const { return name_; }
  // Whether the code with the bug has run since the bug was chosen.
  bool was_read() const { return was_read_.load(); }

 private:
  friend absl::Status Choose(absl::string_view bug);

  const char* const name_;
  bool on_ = false;
  std::atomic<bool> was_read_{false};
};

// Turns on the switch with this name. Call it once, before starting threads.
//
// NotFound: no bug has this name. AlreadyExists: two switches have it.
absl::Status Choose(absl::string_view bug);

// Returns FailedPrecondition if the switch with this name was never read while
// it was on, which means that the code with the bug did not run.
absl::Status CheckWasRead(absl::string_view bug);

}  // namespace acl::planted

#endif  // TESTS_PLANTED_SWITCH_H_
