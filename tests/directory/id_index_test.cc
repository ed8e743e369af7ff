// The index of ids compared with a map, while it grows and shrinks; old copies
// stay unchanged.
#include "acl/directory/id_index.h"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/heap.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

// The id of each number is its decimal text.
uint64_t HashOf(uint32_t number) { return HashOfId(1, absl::StrCat(number)); }

uint32_t Find(const IdIndex& index, uint32_t number) {
  return index.Find(HashOf(number),
                    [&](uint32_t found) { return found == number; });
}

uint32_t Guess(const IdIndex& index, uint32_t number) {
  IdIndex::Path path = index.PathTo(HashOf(number));
  path.FindLine();
  return path.Guess(HashOf(number));
}

using Model = std::map<uint32_t, bool>;

void ExpectSame(const IdIndex& index, const Model& model, uint32_t range) {
  ASSERT_EQ(index.size(), model.size());
  for (uint32_t i = 0; i < range; ++i) {
    ASSERT_EQ(Find(index, i), model.count(i) == 1 ? i : IdIndex::kNone);
  }
}

TEST(IdIndex, RandomHistoriesAgreeWithAMapAndLeaveOldCopiesAlone) {
  std::mt19937 random(3);
  for (const uint32_t range : {2u, 20u, 300u, 5000u}) {
    Heap heap;
    std::optional<Edit> edit;
    edit.emplace(&heap, Edit::Scope::kPart);
    IdIndex index;
    Model model;
    std::vector<std::pair<IdIndex, Model>> kept;
    for (uint32_t step = 0; step < 30000; ++step) {
      const uint32_t number = random() % range;
      if (model.emplace(number, true).second) {
        index.Add(HashOf(number), number, HashOf, &*edit);
      } else {
        index.Erase(HashOf(number), number, &*edit);
        model.erase(number);
      }
      if (random() % 3000 == 0) {
        kept.emplace_back(index, model);
        edit->Keep();
        edit.emplace(&heap, Edit::Scope::kPart);
      }
    }
    ExpectSame(index, model, range);
    for (const auto& [old, expected] : kept) ExpectSame(old, expected, range);
  }
}

TEST(IdIndex, NumbersWithOneHashAreToldApart) {
  Heap heap;
  Edit edit(&heap, Edit::Scope::kWhole);
  IdIndex index;
  const auto same = [](uint32_t) { return uint64_t{7}; };
  for (uint32_t i = 0; i < 100; ++i) index.Add(7, i, same, &edit);
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(index.Find(7, [&](uint32_t found) { return found == i; }), i);
  }
  for (uint32_t i = 0; i < 100; ++i) index.Erase(7, i, &edit);
  EXPECT_EQ(index.Find(7, [](uint32_t) { return true; }), IdIndex::kNone);
}

// Every bucket was full once and is empty now: a search for a missing id must
// still end.
TEST(IdIndex, EmptiedTableFindsNothing) {
  Heap heap;
  Edit edit(&heap, Edit::Scope::kWhole);
  IdIndex index;
  EXPECT_EQ(Find(index, 7), IdIndex::kNone);
  EXPECT_EQ(Guess(index, 7), IdIndex::kNone);
  for (uint32_t i = 0; i < 10000; ++i) index.Add(HashOf(i), i, HashOf, &edit);
  for (uint32_t i = 0; i < 10000; ++i) {
    index.Erase(HashOf(i), i, &edit);
    ASSERT_EQ(Find(index, i), IdIndex::kNone);
  }
  index.Add(HashOf(7), 7, HashOf, &edit);
  EXPECT_EQ(Find(index, 7), 7u);
  EXPECT_EQ(Guess(index, 7), 7u);
}

// Every bucket was full once and passed on an entry that still exists.
TEST(IdIndex, SearchThatNoBucketEndsComesToAnEnd) {
  Heap heap;
  Edit edit(&heap, Edit::Scope::kWhole);
  IdIndex index;
  // The lowest bit of a hash is the bucket: there are two, of ten slots each.
  const auto hash = [](uint32_t number) -> uint64_t { return number % 2; };
  const auto find = [&](uint32_t number) {
    return index.Find(hash(number),
                      [&](uint32_t found) { return found == number; });
  };
  for (uint32_t i = 0; i < 11; ++i) index.Add(hash(2 * i), 2 * i, hash, &edit);
  for (uint32_t i = 0; i < 5; ++i) index.Erase(hash(2 * i), 2 * i, &edit);
  for (uint32_t i = 0; i < 10; ++i) {
    index.Add(hash(2 * i + 1), 2 * i + 1, hash, &edit);
  }
  ASSERT_EQ(index.size(), 16u);
  for (const uint32_t absent : {0u, 100u, 101u}) {
    EXPECT_EQ(find(absent), IdIndex::kNone);
  }
  for (const uint32_t present : {10u, 20u, 1u, 19u}) {
    EXPECT_EQ(find(present), present);
  }
}

TEST(HashOfId, KindsAndLengthsTellEqualBytesApart) {
  EXPECT_EQ(HashOfId(1, "abc"), HashOfId(1, "abc"));
  EXPECT_NE(HashOfId(1, "abc"), HashOfId(2, "abc"));
  EXPECT_NE(HashOfId(1, "abc"), HashOfId(1, std::string("abc\0", 4)));
  EXPECT_NE(HashOfId(1, ""), HashOfId(2, ""));
}

}  // namespace
}  // namespace acl
