// A retired object lives as long as a reader may see it, and no longer.
#include "acl/store/epoch.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace acl {
namespace {

// Holds a pin on a thread of its own until it is released.
class PinnedThread {
 public:
  explicit PinnedThread(int depth = 1) {
    thread_ = std::thread([this, depth] {
      {
        std::vector<std::unique_ptr<EpochPin>> pins;
        for (int i = 0; i < depth; ++i) {
          pins.push_back(std::make_unique<EpochPin>());
        }
        pinned_.store(true);
        while (!inner_released_.load()) std::this_thread::yield();
        while (pins.size() > 1) pins.pop_back();
        inner_done_.store(true);
        while (!released_.load()) std::this_thread::yield();
      }
      unpinned_.store(true);
      while (!over_.load()) std::this_thread::yield();
    });
    while (!pinned_.load()) std::this_thread::yield();
  }
  ~PinnedThread() {
    Release();
    over_.store(true);
    thread_.join();
  }

  // Releases all pins but the outermost.
  void ReleaseInner() {
    inner_released_.store(true);
    while (!inner_done_.load()) std::this_thread::yield();
  }
  void Release() {
    ReleaseInner();
    released_.store(true);
    while (!unpinned_.load()) std::this_thread::yield();
  }

 private:
  std::atomic<bool> pinned_{false};
  std::atomic<bool> inner_released_{false};
  std::atomic<bool> inner_done_{false};
  std::atomic<bool> released_{false};
  std::atomic<bool> unpinned_{false};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

std::weak_ptr<const int> Retire(RetireList* retired) {
  auto object = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watched = object;
  retired->Add(std::move(object));
  return watched;
}

TEST(Epoch, RetiredIsFreedWhenNobodyIsPinned) {
  RetireList retired;
  retired.Collect();
  const auto watched = Retire(&retired);
  EXPECT_FALSE(watched.expired());
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

TEST(Epoch, RetiredLivesUntilThePinBeforeItEnds) {
  RetireList retired;
  PinnedThread reader;
  const auto watched = Retire(&retired);
  retired.Collect();
  EXPECT_FALSE(watched.expired());
  reader.Release();
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

TEST(Epoch, PinAfterTheRetirementDoesNotHoldIt) {
  RetireList retired;
  const auto watched = Retire(&retired);
  PinnedThread reader;
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

TEST(Epoch, NestedPinEndsWithTheOutermost) {
  RetireList retired;
  PinnedThread reader(3);
  const auto watched = Retire(&retired);
  reader.ReleaseInner();
  retired.Collect();
  EXPECT_FALSE(watched.expired());
  reader.Release();
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

// A value that overwrites itself when it is freed.
struct Guarded {
  std::atomic<int> alive{1};
  ~Guarded() { alive.store(0); }
};

TEST(Epoch, ReadersNeverSeeWhatWasFreed) {
  auto owned = std::make_shared<Guarded>();
  std::atomic<Guarded*> published{owned.get()};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop.load()) {
        EpochPin pin;
        const Guarded* seen = published.load();
        for (int look = 0; look < 20; ++look) {
          if (seen->alive.load() != 1) wrong.fetch_add(1);
        }
      }
    });
  }
  RetireList retired;
  for (int i = 0; i < 20000; ++i) {
    auto next = std::make_shared<Guarded>();
    published.store(next.get());
    retired.Add(std::exchange(owned, std::move(next)));
    retired.Collect();
  }
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

// Pins when its thread ends, after other thread-local objects have been
// destroyed.
struct PinsAtTheEnd {
  std::weak_ptr<const int>* watched = nullptr;
  RetireList* retired = nullptr;
  bool* held = nullptr;

  ~PinsAtTheEnd() {
    for (int round = 0; round < 2; ++round) {
      EpochPin pin;
      *watched = Retire(retired);
      retired->Collect();
      *held = !watched->expired();
    }
  }
};

TEST(Epoch, ThreadThatIsEndingCanPin) {
  RetireList retired;
  std::weak_ptr<const int> watched;
  bool held = false;
  std::thread([&] {
    // Constructed before the first pin, so it is destroyed after what that
    // constructs.
    thread_local PinsAtTheEnd last;
    last.watched = &watched;
    last.retired = &retired;
    last.held = &held;
    EpochPin pin;
  }).join();
  EXPECT_TRUE(held);
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

TEST(Epoch, ManyShortThreadsTakeOverEachOthersPlaces) {
  RetireList retired;
  for (int i = 0; i < 200; ++i) {
    std::thread([] { EpochPin pin; }).join();
  }
  const auto watched = Retire(&retired);
  retired.Collect();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace acl
