// How a writer hands states to readers. Internal; the front door is
// acl/engine.h.
#ifndef ACL_STORE_VERSION_H_
#define ACL_STORE_VERSION_H_

#include <atomic>
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

  // For the writer.
  void Publish(std::shared_ptr<T> next, RetireList* retired) {
    current_.store(next.get());
    retired->Add(std::exchange(owned_, std::move(next)));
  }

 private:
  std::shared_ptr<T> owned_;
  std::atomic<T*> current_;
};

// One revision of a workspace. Snapshots share it; the writer may expire it.
class Version : public std::enable_shared_from_this<Version> {
 public:
  explicit Version(std::shared_ptr<const State> state)
      : owned_(std::move(state)), state_(owned_.get()) {}

  // The state, or null once expired. Valid while the calling thread is pinned
  // and the version lives. Wait-free.
  const State* state() const { return state_.load(); }

  // For the writer: from now on state() is null. Readers that are at it keep
  // the state until they unpin.
  void Expire(RetireList* retired) {
    state_.store(nullptr);
    retired->Add(std::move(owned_));
  }

 private:
  std::shared_ptr<const State> owned_;
  std::atomic<const State*> state_;
};

}  // namespace acl

#endif  // ACL_STORE_VERSION_H_
