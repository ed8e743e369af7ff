// One revision as readers see it. Internal; the front door is acl/engine.h.
#ifndef ACL_STORE_VERSION_H_
#define ACL_STORE_VERSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "acl/store/epoch.h"
#include "acl/store/state.h"

namespace acl {

// Something that readers look at while a writer replaces it. One writer at a
// time; any number of readers, who never wait.
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<T> first)
      : owned_(std::move(first)), current_(owned_.get()) {}

  // Never null. Valid while the calling thread is pinned. Wait-free.
  T* Get() const { return current_.load(); }

  // For the writer: puts `next` in its place and gives back what was there,
  // which readers may still see.
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

  // Of its state.
  EditTag edit() const { return edit_; }
  uint64_t rows_written() const { return rows_written_; }

  // The state, or null once expired. Valid while the calling thread is pinned
  // and the version is published or held. Wait-free.
  const State* state() const { return state_.load(); }

  // Whether a snapshot holds it. For the writer: once it is published no more,
  // and no reader that saw it so is pinned, nobody begins to hold it.
  bool held() const { return holds_.load(std::memory_order_acquire) != 0; }

  // Whether one of those holds fast. For the writer of a held version: nobody
  // else begins to.
  bool held_fast() const { return fast_.load(std::memory_order_acquire) != 0; }

  // For the writer: from now on state() is null. Gives back the state, which
  // readers may still be at. REQUIRES: !held_fast().
  std::shared_ptr<const State> Expire() {
    state_.store(nullptr);
    return std::move(owned_);
  }

 private:
  friend class HeldVersion;

  const EditTag edit_;
  const uint64_t rows_written_;
  std::shared_ptr<const State> owned_;
  std::atomic<const State*> state_;
  std::atomic<uint32_t> holds_{0};
  std::atomic<uint32_t> fast_{0};  // of those
};

// Holds a version as long as it lives.
class HeldVersion {
 public:
  enum class Grip : uint8_t {
    kUsual,
    // The writer does not expire it: its state can be read without a pin, for
    // as long as that takes. Taken with the writer's lock.
    kFast
  };

  // REQUIRES: the calling thread is pinned, and `version` was published then.
  explicit HeldVersion(Version* version, Grip grip = Grip::kUsual)
      : version_(version->shared_from_this()), grip_(grip) {
    version_->holds_.fetch_add(1, std::memory_order_relaxed);
    if (grip_ == Grip::kFast) version_->fast_.fetch_add(1);
  }
  ~HeldVersion() {
    if (grip_ == Grip::kFast) version_->fast_.fetch_sub(1);
    version_->holds_.fetch_sub(1, std::memory_order_release);
  }
  HeldVersion(const HeldVersion&) = delete;
  HeldVersion& operator=(const HeldVersion&) = delete;

  const State* state() const { return version_->state(); }

 private:
  const std::shared_ptr<Version> version_;
  const Grip grip_;
};

}  // namespace acl

#endif  // ACL_STORE_VERSION_H_
