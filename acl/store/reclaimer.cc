#include "acl/store/reclaimer.h"

#include <algorithm>
#include <utility>

namespace acl {
namespace {

// How many replaced versions justify the cost of finding out who still reads,
// and what each takes besides its blocks. A small workspace can't wait for so
// many: its threshold is a quarter of its memory.
constexpr size_t kDueAt = 32;
constexpr uint64_t kVersionBytes = 1024;
// How many replaced versions are remembered before a sweep for those that are
// gone.
constexpr size_t kLeastSweep = 64;

uint64_t BytesOf(const std::vector<RetiredBlock>& blocks) {
  uint64_t bytes = 0;
  for (const RetiredBlock& retired : blocks) bytes += retired.block->bytes();
  return bytes;
}

}  // namespace

void Reclaimer::Replace(std::shared_ptr<Version> version,
                        std::vector<RetiredBlock> blocks) {
  waiting_bytes_ += BytesOf(blocks);
  if (max_rows_ != 0) Remember(version);
  grace_.Add({std::move(version), std::move(blocks), false});
}

// A version that nobody holds is gone soon. Remembering it until an earlier
// held one is evicted would cost memory for every change.
void Reclaimer::Remember(const std::shared_ptr<Version>& version) {
  if (replaced_.size() >= sweep_at_) {
    const auto gone = [](const std::weak_ptr<Version>& v) {
      return v.expired();
    };
    replaced_.erase(std::remove_if(replaced_.begin(), replaced_.end(), gone),
                    replaced_.end());
    sweep_at_ = std::max(kLeastSweep, 2 * replaced_.size());
  }
  replaced_.push_back(version);
}

bool Reclaimer::PushOut(uint64_t rows_written) {
  bool pushed = false;
  for (; !replaced_.empty(); replaced_.pop_front()) {
    const std::shared_ptr<Version> oldest = replaced_.front().lock();
    if (oldest == nullptr) continue;
    if (rows_written - oldest->rows_written() <= max_rows_) break;
    // If nobody holds it, this affects nobody.
    oldest->Expire();
    grace_.Add({oldest, {}, true});
    pushed = true;
  }
  return pushed;
}

bool Reclaimer::due() const {
  return grace_.size() >= kDueAt ||
         waiting_bytes_ + grace_.size() * kVersionBytes > heap_->taken() / 4;
}

void Reclaimer::Collect() {
  grace_.Collect([&](Waiting&& waiting) { Pass(std::move(waiting)); });
  // Starting with the latest, so that a block goes straight to the version that
  // keeps it.
  for (size_t i = held_.size(); i-- > 0;) {
    const Held& held = held_[i];
    if (held.expired ? held.version->held_fast() : held.version->held()) {
      continue;
    }
    if (held.expired) held.version->Release();
    const std::vector<RetiredBlock> blocks = std::move(held_[i].blocks);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    for (const RetiredBlock& block : blocks) Settle(block);
  }
}

void Reclaimer::Pass(Waiting waiting) {
  if (waiting.expired) {
    for (Held& held : held_) {
      if (held.version == waiting.version) held.expired = true;
    }
    return;
  }
  waiting_bytes_ -= BytesOf(waiting.blocks);
  if (waiting.version->held()) {
    held_.push_back({std::move(waiting.version), {}, false});
  }
  for (const RetiredBlock& block : waiting.blocks) Settle(block);
}

void Reclaimer::Settle(RetiredBlock block) {
  const auto after = std::lower_bound(held_.begin(), held_.end(), block.until,
                                      [](const Held& held, EditTag until) {
                                        return held.version->edit() < until;
                                      });
  if (after != held_.begin()) {
    Held& latest = *(after - 1);
    if (latest.version->edit() >= block.block->edit) {
      latest.blocks.push_back(block);
      return;
    }
  }
  heap_->Free(block.block);
}

uint64_t Reclaimer::kept_bytes() const {
  uint64_t bytes = waiting_bytes_;
  for (const Held& held : held_) bytes += BytesOf(held.blocks);
  return bytes;
}

}  // namespace acl
