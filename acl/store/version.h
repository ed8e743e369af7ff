// One revision as readers see it. Internal; the public interface is
// acl/engine.h.
#ifndef ACL_STORE_VERSION_H_
#define ACL_STORE_VERSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "acl/store/epoch.h"
#include "acl/store/state.h"

namespace acl {

// Something that readers use while a writer replaces it. One writer at a time;
// any number of readers, which never wait.
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<T> first)
      : owned_(std::move(first)), current_(owned_.get()) {}

  // Never null. Valid while the calling thread is pinned. Wait-free.
  T* Get() const { return current_.load(); }

  // For the writer: publishes `next` and returns the previous object, which
  // readers may still see.
  std::shared_ptr<T> Publish(std::shared_ptr<T> next) {
    current_.store(next.get());
    return std::exchange(owned_, std::move(next));
  }

 private:
  std::shared_ptr<T> owned_;
  std::atomic<T*> current_;
};

// One revision of a workspace. Snapshots hold it; the writer may expire it.
class Version : public std::enable_shared_from_this<Version> {
 public:
  explicit Version(std::shared_ptr<const State> state)
      : edit_(state->edit),
        rows_written_(state->rows_written),
        owned_(std::move(state)),
        state_(owned_.get()) {}

  // The tag of its state's edit.
  EditTag edit() const { return edit_; }
  uint64_t rows_written() const { return rows_written_; }

  // The state, or null once expired. Valid while the calling thread is pinned
  // and the version is published or held. Wait-free.
  const State* state() const { return state_.load(); }

  // Whether it is held. For the writer: once it is unpublished, and no reader
  // that saw it published is pinned, only its holders can hold it again.
  bool held() const { return holds_.load(std::memory_order_acquire) != 0; }

  // For the writer: from now on state() is null, and no one else can hold it
  // fast. Those who hold it fast already, and pinned readers, may still use the
  // state.
  void Expire() {
    fast_.fetch_or(kExpired);
    state_.store(nullptr);
  }
  // Whether anyone holds it fast.
  bool held_fast() const { return (fast_.load() & ~kExpired) != 0; }
  // Frees the state. REQUIRES: it has expired, no reader has been pinned since
  // before then, and it is not held fast.
  void Release() { owned_ = nullptr; }

 private:
  friend class HeldVersion;
  friend class FastHold;

  static constexpr uint32_t kExpired = uint32_t{1} << 31;

  // False if the version has expired.
  bool HoldFast() {
    uint32_t held = fast_.load();
    do {
      if ((held & kExpired) != 0) return false;
    } while (!fast_.compare_exchange_weak(held, held + 1));
    return true;
  }

  const EditTag edit_;
  const uint64_t rows_written_;
  std::shared_ptr<const State> owned_;
  std::atomic<const State*> state_;
  std::atomic<uint32_t> holds_{0};
  std::atomic<uint32_t> fast_{0};  // the number of fast holds, and kExpired
};

// Holds a version for as long as this object lives. The writer may expire it
// meanwhile.
class HeldVersion {
 public:
  // REQUIRES: the calling thread is pinned, and `version` was published then.
  explicit HeldVersion(Version* version)
      : version_(version->shared_from_this()) {
    version_->holds_.fetch_add(1, std::memory_order_relaxed);
  }
  ~HeldVersion() { version_->holds_.fetch_sub(1, std::memory_order_release); }
  HeldVersion(const HeldVersion&) = delete;
  HeldVersion& operator=(const HeldVersion&) = delete;

  const State* state() const { return version_->state(); }

 private:
  friend class FastHold;

  const std::shared_ptr<Version> version_;
};

// Holds a version fast: its state can be read without a pin, for as long as
// needed, even if the version expires meanwhile. Empty if it had expired
// before.
class FastHold {
 public:
  // REQUIRES: the calling thread is pinned, and `version` was published then.
  explicit FastHold(Version* version)
      : version_(version->HoldFast() ? version->shared_from_this() : nullptr) {
    if (version_ != nullptr) {
      version_->holds_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  // Holds a version that is held already. Needs no pin.
  explicit FastHold(const HeldVersion& held) : FastHold(held.version_.get()) {}
  FastHold(FastHold&&) = default;
  FastHold& operator=(FastHold&& other) noexcept {
    version_.swap(other.version_);
    return *this;
  }
  ~FastHold() {
    if (version_ == nullptr) return;
    version_->fast_.fetch_sub(1);
    version_->holds_.fetch_sub(1, std::memory_order_release);
  }

  // Null if empty.
  const State* state() const {
    return version_ == nullptr ? nullptr : version_->owned_.get();
  }

 private:
  std::shared_ptr<Version> version_;
};

}  // namespace acl

#endif  // ACL_STORE_VERSION_H_
