#include "acl/store/epoch.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace acl {
namespace {

using epoch::g_epoch;
using epoch::kUnpinned;

// One thread's announcement. Slots are never freed, only reused by later
// threads, so that writers can walk the list without a lock.
struct alignas(64) Slot {
  std::atomic<uint64_t> pinned_at{kUnpinned};
  std::atomic<bool> taken{true};
  Slot* next = nullptr;
};

// A writer unlinks, advances the epoch, fences, and then reads the slots. A
// reader announces an epoch, fences, and then loads. If the writer misses the
// announcement, the load comes after the unlinking; if the announced epoch is
// later than the writer's, the reader began after the unlinking. Either way the
// reader can't have seen what was unlinked.
std::atomic<Slot*> g_slots{nullptr};

bool Membarrier(int command) {
  return syscall(SYS_membarrier, command, 0, 0) == 0;
}

bool WritersFenceReaders() {
  static const bool able =
      Membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return able;
}

void FenceOfWriter() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (WritersFenceReaders()) Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

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

// Releases the slot when the thread ends.
struct SlotOwner {
  Slot* const slot = TakeSlot();
  ~SlotOwner() {
    epoch::t_thread.pinned_at = nullptr;
    epoch::t_thread.ending = true;
    slot->taken.store(false);
  }
};

}  // namespace

void epoch::Enter(Thread* thread) {
  thread->writers_fence = WritersFenceReaders();
  if (thread->ending) {  // called by another thread-local destructor
    thread->pinned_at = &TakeSlot()->pinned_at;
    return;
  }
  thread_local SlotOwner owner;
  thread->pinned_at = &owner.slot->pinned_at;
}

uint64_t NextEpoch() { return g_epoch.fetch_add(1); }

uint64_t OldestPin() {
  FenceOfWriter();
  uint64_t oldest = kUnpinned;
  for (Slot* slot = g_slots.load(); slot != nullptr; slot = slot->next) {
    oldest = std::min(oldest, slot->pinned_at.load());
  }
  return oldest;
}

}  // namespace acl
