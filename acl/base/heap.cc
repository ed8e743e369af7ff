#include "acl/base/heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <numeric>
#include <utility>

namespace acl {
namespace {

constexpr size_t kFirstSlab = 1024;
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLastSlab = size_t{16} << 20;
// A block of this size or more is allocated separately.
constexpr size_t kOwnMemoryFrom = 8192;

// With AddressSanitizer every block has its own, so that every use after free
// is detected.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAllAlone = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kAllAlone = true;
#else
constexpr bool kAllAlone = false;
#endif
#else
constexpr bool kAllAlone = false;
#endif

constexpr std::align_val_t kLine{64};

// How many blocks a small change creates or drops: their list grows only once.
constexpr size_t kFewBlocks = 8;

// The size of the header before a block with its own memory, one cache line.
constexpr size_t kLargeHead = 64;

// Frees memory if the next step fails.
struct GiveBack {
  void operator()(void* memory) const { ::operator delete(memory, kLine); }
};
using Memory = std::unique_ptr<void, GiveBack>;

// The step between sizes: 16 up to 512 bytes, then 32 steps per doubling.
size_t StepOf(size_t bytes) {
  size_t step = 16;
  while (bytes > step * 64) step *= 2;
  return step;
}

}  // namespace

EditTag NewEditTag() {
  static std::atomic<EditTag> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

Heap::~Heap() {
  for (const Slab& slab : slabs_) ::operator delete(slab.memory, kLine);
  // The analyser does not see that the ring closes around a freed entry.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete)
  while (large_.next != &large_) FreeLarge(large_.next);
}

size_t Heap::Rounded(size_t bytes) {
  const size_t step = StepOf(bytes);
  return (bytes + step - 1) / step * step;
}

Heap::FreeBlock** Heap::FreeListOf(size_t bytes, bool make) {
  // The steps of 16 go up to 1024: two groups of lists.
  size_t group = 0;
  size_t step = 16;
  size_t index = bytes / 16;
  while (index > (group == 0 ? 31 : 63)) {
    ++group;
    if (group > 1) step *= 2;
    index = bytes / step;
  }
  std::unique_ptr<FreeLists>& lists = free_[group];
  if (lists == nullptr) {
    if (!make) return nullptr;
    lists.reset(new (std::nothrow) FreeLists());
    if (lists == nullptr) return nullptr;
    taken_ += sizeof(FreeLists);
  }
  return &(*lists)[index % 32];
}

Block* Heap::Allocate(size_t bytes, MemoryPart part) {
  const size_t rounded = Rounded(bytes);
  void* memory = nullptr;
  if (kAllAlone || rounded >= kOwnMemoryFrom) {
    memory = NewLarge(rounded);
  } else {
    FreeBlock** const list = FreeListOf(rounded, false);
    if (list == nullptr || *list == nullptr) {
      memory = FromSlab(rounded);
    } else {
      memory = *list;
      *list = (*list)->next;
    }
  }
  used_[static_cast<size_t>(part)] += rounded;
  Block* const block = new (memory) Block;
  block->units = static_cast<uint32_t>(rounded / 16) & ((1u << 26) - 1);
  block->part = static_cast<uint32_t>(part) & 7;
  block->level = 0;
  return block;
}

void Heap::Free(Block* block) {
  const size_t bytes = block->bytes();
  used_[block->part] -= bytes;
  if (kAllAlone || bytes >= kOwnMemoryFrom) {
    taken_ -= kLargeHead + bytes;
    FreeLarge(
        reinterpret_cast<Large*>(reinterpret_cast<char*>(block) - kLargeHead));
    return;
  }
  FreeBlock** const list = FreeListOf(bytes, true);
  // Without memory for the lists, the block is lost until its slab is freed.
  if (list != nullptr) *list = new (block) FreeBlock{*list};
}

// An intrusive list: linking needs no memory, so it can't fail half-way.
void* Heap::NewLarge(size_t bytes) {
  void* const memory = ::operator new(kLargeHead + bytes, kLine);
  auto* const large = new (memory) Large{&large_, large_.next};
  large->next->previous = large;
  large_.next = large;
  taken_ += kLargeHead + bytes;
  return static_cast<char*>(memory) + kLargeHead;
}

void Heap::FreeLarge(Large* large) {
  large->previous->next = large->next;
  large->next->previous = large->previous;
  ::operator delete(large, kLine);
}

void* Heap::FromSlab(size_t bytes) {
  if (bytes % 64 == 0 && next_ != nullptr) {
    const auto at = reinterpret_cast<uintptr_t>(next_);
    next_ += std::min<size_t>((64 - at % 64) % 64,
                              static_cast<size_t>(end_ - next_));
  }
  if (static_cast<size_t>(end_ - next_) < bytes) AddSlab(bytes);
  void* const memory = next_;
  next_ += bytes;
  return memory;
}

void Heap::AddSlab(size_t at_least) {
  // Half of what is taken already, so that little is left unused.
  const size_t half = static_cast<size_t>(taken_) / 2 / kFirstSlab * kFirstSlab;
  size_t bytes = std::max(kFirstSlab, std::min(kLastSlab, half));
  bytes = std::max(bytes, (at_least + 63) / 64 * 64);
  // Only whole huge pages can be used.
  const bool huge = bytes >= kHugePage / 4 * 3;
  if (huge) bytes = (bytes + kHugePage / 2) / kHugePage * kHugePage;
  Memory memory(
      ::operator new(bytes, huge ? std::align_val_t{kHugePage} : kLine));
  // The system may have none: then the usual pages serve.
  if (huge) static_cast<void>(madvise(memory.get(), bytes, MADV_HUGEPAGE));
  slabs_.push_back({memory.get(), bytes});
  taken_ += bytes;
  next_ = static_cast<char*>(memory.release());
  end_ = next_ + bytes;
}

uint64_t Heap::unused() const {
  return taken_ - std::accumulate(used_.begin(), used_.end(), uint64_t{0});
}

Edit::Edit(Heap* heap, Scope scope)
    : heap_(*heap), scope_(scope), first_(NewEditTag()), tag_(first_) {}

Edit::~Edit() {
  if (kept_) return;
  for (Block* block : made_) {
    if (block != nullptr) heap_.Free(block);
  }
}

Block* Edit::NewBlock(size_t bytes, MemoryPart part) {
  // Reserve the list entry first: if the allocation fails, it stays null.
  const bool listed = scope_ == Scope::kPart;
  if (listed) {
    if (made_.empty()) made_.reserve(kFewBlocks);
    made_.push_back(nullptr);
  }
  Block* const block = heap_.Allocate(bytes, part);
  block->edit = tag_;
  if (listed) {
    block->place = static_cast<uint32_t>(made_.size() - 1);
    made_.back() = block;
  }
  return block;
}

void Edit::Drop(Block* block) {
  if (block->edit != tag_) {
    if (dropped_.empty()) dropped_.reserve(kFewBlocks);
    dropped_.push_back(block);
    return;
  }
  if (scope_ == Scope::kPart) made_[block->place] = nullptr;
  heap_.Free(block);
}

Edit::Kept Edit::Keep() {
  Kept kept;
  kept.retired.reserve(dropped_.size());
  kept_ = true;
  for (Block* block : dropped_) {
    if (block->edit < first_) {
      kept.retired.push_back({block, first_});
      continue;
    }
    if (scope_ == Scope::kPart) made_[block->place] = nullptr;
    heap_.Free(block);
  }
  kept.made = std::move(made_);
  return kept;
}

}  // namespace acl
