#include "acl/store/epoch.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

namespace acl {
namespace {

constexpr uint64_t kUnpinned = std::numeric_limits<uint64_t>::max();

// One thread's announcement. Slots are never freed, only taken over by later
// threads, so that writers can walk the list without a lock.
struct alignas(64) Slot {
  std::atomic<uint64_t> pinned_at{kUnpinned};
  std::atomic<bool> taken{true};
  Slot* next = nullptr;
};

// Every operation on these two and on `pinned_at` is sequentially consistent.
// A writer unlinks, then advances the epoch, then looks at the slots. A reader
// announces an epoch, then loads. If the writer misses the announcement, the
// load comes after the unlinking; if the announced epoch is later than the
// writer's, the reader began after the unlinking. Either way it can't have seen
// what was unlinked.
std::atomic<uint64_t> g_epoch{1};
std::atomic<Slot*> g_slots{nullptr};

Slot* TakeSlot() {
  for (Slot* slot = g_slots.load(); slot != nullptr; slot = slot->next) {
    bool taken = false;
    if (slot->taken.compare_exchange_strong(taken, true)) return slot;
  }
  Slot* slot = new Slot;
  slot->next = g_slots.load();
  while (!g_slots.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

struct ThreadState {
  Slot* slot = TakeSlot();
  int depth = 0;
  ~ThreadState() { slot->taken.store(false); }
};

ThreadState& ThisThread() {
  thread_local ThreadState state;
  return state;
}

uint64_t OldestPin() {
  uint64_t oldest = kUnpinned;
  for (Slot* slot = g_slots.load(); slot != nullptr; slot = slot->next) {
    oldest = std::min(oldest, slot->pinned_at.load());
  }
  return oldest;
}

}  // namespace

EpochPin::EpochPin() {
  ThreadState& thread = ThisThread();
  if (thread.depth++ == 0) thread.slot->pinned_at.store(g_epoch.load());
}

EpochPin::~EpochPin() {
  ThreadState& thread = ThisThread();
  if (--thread.depth == 0) thread.slot->pinned_at.store(kUnpinned);
}

RetireList::~RetireList() {
  if (!retired_.empty()) WaitForReaders();
}

void RetireList::Add(std::shared_ptr<const void> object) {
  retired_.emplace_back(g_epoch.fetch_add(1), std::move(object));
}

void RetireList::Collect() {
  if (retired_.empty()) return;
  const uint64_t oldest = OldestPin();
  // In the order of their epochs, so what can go is in front.
  auto keep = retired_.begin();
  while (keep != retired_.end() && keep->first < oldest) ++keep;
  retired_.erase(retired_.begin(), keep);
}

void WaitForReaders() {
  const uint64_t now = g_epoch.fetch_add(1);
  while (OldestPin() <= now) std::this_thread::yield();
}

}  // namespace acl
