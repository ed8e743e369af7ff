#include "acl/directory/directory.h"

#include <algorithm>

namespace acl {
namespace {

constexpr int kKindShift = 28;
constexpr uint32_t kNumberMask = (1u << kKindShift) - 1;

uint32_t CodeOf(Kind kind) {
  switch (kind) {
    case Kind::kUser:
      return 0;
    case Kind::kServiceAccount:
      return 1;
    case Kind::kGroup:
      return 2;
    default:
      return 3;  // a key
  }
}
constexpr Kind kKinds[] = {Kind::kUser, Kind::kServiceAccount, Kind::kGroup,
                           Kind::kKey};

template <class Ids, class Wanted>
std::vector<uint32_t> Sorted(uint32_t next, const Ids& ids,
                             const Wanted& wanted) {
  std::vector<uint32_t> numbers;
  for (uint32_t i = 0; i < next; ++i) {
    if (wanted(i)) numbers.push_back(i);
  }
  const auto less = [&](uint32_t a, uint32_t b) {
    return ids.Get(a) < ids.Get(b);
  };
  if (!std::is_sorted(numbers.begin(), numbers.end(), less)) {
    std::sort(numbers.begin(), numbers.end(), less);
  }
  return numbers;
}

}  // namespace

uint32_t Directory::Slot(Kind kind, uint32_t number) {
  return CodeOf(kind) << kKindShift | number;
}

uint64_t Directory::HashOfSlot(uint32_t slot) const {
  const Kind kind = kKinds[slot >> kKindShift];
  return HashOf(kind, IdsOf(kind).Get(slot & kNumberMask));
}

uint32_t Directory::Find(Kind kind, absl::string_view id, uint64_t hash) const {
  const uint32_t code = CodeOf(kind);
  const auto& ids = IdsOf(kind);
  const uint32_t slot = index.Find(hash, [&](uint32_t found) {
    return found >> kKindShift == code && ids.Get(found & kNumberMask) == id;
  });
  return slot == kNone ? kNone : slot & kNumberMask;
}

uint32_t Directory::FindByEmail(absl::string_view email) const {
  return emails.Find(HashOf(Kind::kEmail, email), [&](uint32_t found) {
    return addresses.Get(found) == email;
  });
}

uint32_t Directory::Guess(const IdIndex::Path& path, Kind kind, uint64_t hash) {
  const uint32_t slot = path.Guess(hash);
  if (slot == kNone || slot >> kKindShift != CodeOf(kind)) return kNone;
  return slot & kNumberMask;
}

std::vector<uint32_t> Directory::GroupsOf(TargetKey member) const {
  std::vector<uint32_t> numbers;
  if (IsGroup(member)) {
    const SortedNumbers parents = GroupAt(NumberOf(member)).parents;
    for (auto at = parents.Begin(); at.valid(); at.Next()) {
      numbers.push_back(at.value());
    }
    return numbers;
  }
  for (const TargetKey key : members.Get(NumberOf(member))->groups()) {
    numbers.push_back(NumberOf(key));
  }
  return numbers;
}

std::vector<uint32_t> SortedPrincipals(const Directory& directory, Kind kind) {
  return Sorted(
      directory.next_principal, directory.principal_ids, [&](uint32_t i) {
        return directory.HasPrincipal(i) && directory.KindOf(i) == kind;
      });
}

std::vector<uint32_t> SortedGroups(const Directory& directory) {
  return Sorted(directory.next_group, directory.group_ids,
                [&](uint32_t i) { return directory.HasGroup(i); });
}

std::vector<uint32_t> SortedKeys(const Directory& directory) {
  return Sorted(directory.next_key, directory.key_ids,
                [&](uint32_t i) { return directory.HasKey(i); });
}

}  // namespace acl
