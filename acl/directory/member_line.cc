#include "acl/directory/member_line.h"

#include <algorithm>

namespace acl {

MemberLine::Many& MemberLine::OwnMany(uint32_t count, Edit* edit) {
  const auto bytes_for = [](size_t keys) {
    return sizeof(Many) + (keys - 1) * sizeof(TargetKey);
  };
  if (many_ != nullptr && edit->Owns(many_) &&
      bytes_for(count) <= many_->bytes()) {
    return *many_;
  }
  auto* const copy = edit->New<Many>(bytes_for(count), MemoryPart::kMembers);
  const absl::Span<const TargetKey> now = keys();
  copy->count = static_cast<uint32_t>(now.size());
  std::copy(now.begin(), now.end(), copy->keys());
  if (many_ != nullptr) edit->Drop(many_);
  many_ = copy;
  return *many_;
}

void MemberLine::AddGroup(TargetKey group, Edit* edit) {
  if (many_ == nullptr && groups_ < kInline) {
    keys_[++groups_] = group;
    return;
  }
  Many& many = OwnMany(static_cast<uint32_t>(keys().size()) + 1, edit);
  many.keys()[many.count++] = group;
}

void MemberLine::RemoveGroup(TargetKey group, Edit* edit) {
  if (many_ == nullptr) {
    *std::find(keys_ + 1, keys_ + 1 + groups_, group) = keys_[groups_];
    keys_[groups_--] = 0;
    return;
  }
  Many& many = OwnMany(many_->count, edit);
  TargetKey* const end = many.keys() + many.count;
  *std::find(many.keys() + 1, end, group) = *(end - 1);
  // Moves back inline only well below the limit, so that one group that is
  // added and removed repeatedly does not move the others each time.
  if (--many.count > kInline / 2) return;
  std::copy(many.keys(), many.keys() + many.count, keys_);
  groups_ = static_cast<uint16_t>(many.count - 1);
  Clear(edit);
}

void MemberLine::Clear(Edit* edit) {
  if (many_ != nullptr) edit->Drop(many_);
  many_ = nullptr;
}

}  // namespace acl
