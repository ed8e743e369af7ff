// The persistent containers: correct after random edits, while old copies stay
// unchanged.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acl/base/heap.h"
#include "acl/base/ordered_map.h"
#include "acl/base/sorted_numbers.h"
#include "acl/base/table.h"
#include "acl/base/text_table.h"

namespace acl {
namespace {

using Map = OrderedMap<int, int>;

std::map<int, int> Contents(const Map& map) {
  std::map<int, int> contents;
  int last = -1;
  for (auto at = map.Begin(); at.valid(); at.Next()) {
    EXPECT_LT(last, at.key());
    last = at.key();
    contents[at.key()] = at.value();
  }
  return contents;
}

TEST(OrderedMap, RandomEditsMatchAnOrdinaryMapAndOldCopiesStayWhole) {
  std::mt19937 random(7);
  Map map;
  std::map<int, int> expected;
  std::vector<std::pair<Map, std::map<int, int>>> copies;
  EditTag edit = 1;
  for (int i = 0; i < 20000; ++i) {
    const int key = static_cast<int>(random() % 300);
    if (random() % 3 == 0) {
      EXPECT_EQ(map.Erase(key, edit), expected.erase(key) == 1);
    } else {
      EXPECT_EQ(map.Set(key, i, edit), expected.count(key) == 0);
      expected[key] = i;
    }
    ASSERT_EQ(map.size(), expected.size());
    if (random() % 200 == 0) {
      copies.emplace_back(map, expected);
      ++edit;  // from here on, changing what a copy shares needs another tag
    }
  }
  EXPECT_EQ(Contents(map), expected);
  for (const auto& [copy, contents] : copies) {
    EXPECT_EQ(Contents(copy), contents);
  }
}

TEST(OrderedMap, RisingKeysKeepTheTreeLow) {
  Map map;
  for (int key = 0; key < 1 << 17; ++key) map.Set(key, key, 1);
  // A cursor has room for a path of 48 nodes; a tree that degenerates into a
  // list would overflow it.
  int keys = 0;
  for (auto at = map.Begin(); at.valid(); at.Next()) ++keys;
  EXPECT_EQ(keys, 1 << 17);
  EXPECT_EQ(*map.Find(77777), 77777);
}

struct Row {
  uint32_t value = 0;
};
using Rows = Table<Row, MemoryPart::kMembers>;
using Texts = TextTable<MemoryPart::kTexts>;

// Edits one heap in steps, and keeps all of its blocks, so that copies stay
// valid.
class Edits {
 public:
  Edit* now() { return &*edit_; }
  void Next() {
    edit_->Keep();
    edit_.emplace(&heap_, Edit::Scope::kPart);
  }
  const Heap& heap() const { return heap_; }

 private:
  Heap heap_;
  std::optional<Edit> edit_{std::in_place, &heap_, Edit::Scope::kPart};
};

// Includes large numbers, which use the full height.
uint32_t SomeNumber(std::mt19937* random) {
  return (*random)() % 2000 + ((*random)() % 2) * 0x07fff000u;
}

TEST(Table, RandomEditsMatchAnOrdinaryMapAndOldCopiesStayWhole) {
  std::mt19937 random(7);
  Edits edits;
  Rows rows;
  std::map<uint32_t, uint32_t> expected;
  std::vector<std::pair<Rows, std::map<uint32_t, uint32_t>>> copies;
  for (uint32_t i = 1; i <= 20000; ++i) {
    const uint32_t number = SomeNumber(&random);
    if (random() % 3 == 0 && expected.count(number) == 1) {
      rows.Erase(
          number, [](const Row& row) { return row.value == 0; }, edits.now());
      expected.erase(number);
    } else {
      rows.Add(number, edits.now()).value = i;
      expected[number] = i;
    }
    if (i % 5000 == 0) {
      copies.emplace_back(rows, expected);
      edits.Next();
    }
  }
  for (auto& [copy, contents] : copies) {
    for (uint32_t n = 0; n < 2000; ++n) {
      for (const uint32_t number : {n, n + 0x07fff000u}) {
        const Row* row = copy.Get(number);
        ASSERT_EQ(row == nullptr ? 0 : row->value, contents[number]);
      }
    }
  }
}

TEST(Table, WhatWasNeverAddedIsNullOrDefault) {
  Edits edits;
  Rows rows;
  EXPECT_EQ(rows.Get(0), nullptr);
  EXPECT_EQ(rows.Get(0xffffffff), nullptr);
  rows.Add(5, edits.now()).value = 1;
  EXPECT_EQ(rows.Get(4)->value, 0u);
  EXPECT_EQ(rows.Get(32), nullptr);
  EXPECT_EQ(rows.Get(0x80000005), nullptr);
  rows.Add(100000, edits.now()).value = 2;
  EXPECT_EQ(rows.Get(5)->value, 1u);
  EXPECT_EQ(rows.Get(31)->value, 0u);
  rows.Clear(edits.now());
  EXPECT_EQ(rows.Get(5), nullptr);
  EXPECT_EQ(edits.heap().used()[static_cast<size_t>(MemoryPart::kMembers)], 0u);
}

TEST(TextTable, RandomEditsMatchAnOrdinaryMapAndOldCopiesStayWhole) {
  std::mt19937 random(9);
  Edits edits;
  Texts texts;
  std::map<uint32_t, std::string> expected;
  std::vector<std::pair<Texts, std::map<uint32_t, std::string>>> copies;
  for (int i = 1; i <= 20000; ++i) {
    const uint32_t number = SomeNumber(&random) % 0x07fff064u;
    // Short ones, some around the width of a cell, and long ones.
    const size_t sizes[] = {0,   1,   random() % 20, 62 + random() % 4,
                            254, 255, 256,           500};
    const std::string text(sizes[random() % 8],
                           static_cast<char>('a' + random() % 26));
    texts.Set(number, text, edits.now());
    expected[number] = text;
    if (i % 5000 == 0) {
      copies.emplace_back(texts, expected);
      edits.Next();
    }
  }
  for (const auto& [copy, contents] : copies) {
    for (const auto& [number, text] : contents) {
      ASSERT_EQ(copy.Get(number), text);
    }
    EXPECT_EQ(copy.Get(0xffffffff), "");
  }
  for (const auto& [number, text] : expected) {
    texts.Set(number, "", edits.now());
  }
  EXPECT_EQ(texts.Get(5), "");
}

using Numbers = std::set<uint32_t>;

Numbers ContentsOf(SortedNumbers set) {
  Numbers contents;
  for (auto at = set.Begin(); at.valid(); at.Next()) {
    EXPECT_TRUE(contents.empty() || *contents.rbegin() < at.value());
    contents.insert(contents.end(), at.value());
  }
  EXPECT_EQ(contents.size(), set.size());
  return contents;
}

TEST(SortedNumbers, RandomEditsMatchAnOrdinarySetAndOldCopiesStayWhole) {
  std::mt19937 random(3);
  for (const uint32_t range : {10u, 300u, 3000u, 200000u}) {
    Edits edits;
    SortedNumbers set;
    Numbers expected;
    std::vector<std::pair<SortedNumbers, Numbers>> copies;
    for (uint32_t i = 1; i <= 60000; ++i) {
      const uint32_t number = random() % range;
      // The set grows first, then shrinks.
      if (random() % 100 < (i < 30000 ? 70u : 25u)) {
        EXPECT_EQ(set.Put(number, edits.now(), MemoryPart::kReverse),
                  expected.insert(number).second);
      } else {
        EXPECT_EQ(set.Erase(number, edits.now()), expected.erase(number) == 1);
      }
      if (i % 6000 == 0) {
        copies.emplace_back(set, expected);
        edits.Next();
      }
    }
    for (const auto& [copy, contents] : copies) {
      ASSERT_EQ(ContentsOf(copy), contents);
      for (uint32_t i = 0; i < 300; ++i) {
        const uint32_t least = random() % (range + 2);
        const auto next = contents.lower_bound(least);
        const uint32_t* found = copy.Find(least);
        ASSERT_EQ(found != nullptr, next != contents.end());
        const SortedNumbers::Cursor at = copy.From(least);
        ASSERT_EQ(at.valid(), next != contents.end());
        if (found == nullptr) continue;
        EXPECT_EQ(*found, *next);
        EXPECT_EQ(at.value(), *next);
      }
    }
    for (const uint32_t number : expected) set.Erase(number, edits.now());
    EXPECT_TRUE(set.empty());
  }
}

TEST(SortedNumbers, RisingNumbersFillTheirLeaves) {
  Edits edits;
  SortedNumbers set;
  for (uint32_t i = 0; i < 1000000; ++i) {
    set.Put(i * 3, edits.now(), MemoryPart::kReverse);
  }
  EXPECT_EQ(set.size(), 1000000u);
  EXPECT_EQ(*set.Find(1500001), 1500003u);
  const auto& used = edits.heap().used();
  EXPECT_LT(used[static_cast<size_t>(MemoryPart::kReverse)], 4400000u);
  set.Clear(edits.now());
  EXPECT_EQ(used[static_cast<size_t>(MemoryPart::kReverse)], 0u);
}

TEST(SortedNumbers, AppendedToAKnownTotalTakeNoMoreMemoryThanTheyNeed) {
  for (const uint32_t total :
       {1u, 2u, 249u, 250u, 251u, 500u, 501u, 777u, 16000u, 16001u, 100000u}) {
    Edits edits;
    SortedNumbers set;
    Numbers expected;
    set.Reserve(total, edits.now(), MemoryPart::kReverse);
    for (uint32_t i = 0; i < total; ++i) {
      set.Append(i * 3, total, edits.now(), MemoryPart::kReverse);
      expected.insert(expected.end(), i * 3);
    }
    EXPECT_EQ(ContentsOf(set), expected);
    EXPECT_TRUE(set.Contains((total - 1) * 3));
    // Leaves of 250 numbers with their headers, and rows of up to 64 leaves
    // above.
    const size_t leaves = (total + 249) / 250;
    const auto& used = edits.heap().used();
    EXPECT_LE(
        used[static_cast<size_t>(MemoryPart::kReverse)],
        size_t{total} * 4 + leaves * 36 + (leaves > 1 ? leaves * 34 + 96 : 0))
        << total;
    // The set behaves like any other.
    edits.Next();
    set.Put(1, edits.now(), MemoryPart::kReverse);
    set.Erase(0, edits.now());
    expected.erase(0);
    expected.insert(1);
    EXPECT_EQ(ContentsOf(set), expected);
  }
}

// When sets grow side by side, the blocks that they outgrow are reused.
TEST(SortedNumbers, AppendedSideBySideLeaveLittleUnused) {
  constexpr uint32_t kSets = 1000;
  constexpr uint32_t kTotal = 450;
  Edits edits;
  std::vector<SortedNumbers> sets(kSets);
  for (SortedNumbers& set : sets) {
    set.Reserve(kTotal, edits.now(), MemoryPart::kReverse);
  }
  for (uint32_t number = 0; number < kTotal; ++number) {
    for (SortedNumbers& set : sets) {
      set.Append(number, kTotal, edits.now(), MemoryPart::kReverse);
    }
  }
  const auto& used = edits.heap().used();
  EXPECT_LT(used[static_cast<size_t>(MemoryPart::kReverse)],
            kSets * (kTotal * 4 + 160));
  // A slab is half as large as all earlier ones together.
  EXPECT_LT(edits.heap().unused(),
            used[static_cast<size_t>(MemoryPart::kReverse)] / 2);
  for (const SortedNumbers& set : sets) ASSERT_EQ(set.size(), kTotal);
}

TEST(SortedNumbers, FreeBitsTellNothingApart) {
  Edits edits;
  SortedNumbers set;
  std::map<uint32_t, uint32_t> expected;
  std::mt19937 random(4);
  for (int i = 0; i < 40000; ++i) {
    const uint32_t key = random() % 3000;
    const uint32_t low = random() % 16;
    EXPECT_EQ(set.Put(key << 4 | low, edits.now(), MemoryPart::kGrants, 4),
              expected.count(key) == 0);
    expected[key] = low;
    const uint32_t other = random() % 3000;
    if (random() % 3 == 0) {
      EXPECT_EQ(set.Erase(other << 4 | random() % 16, edits.now(), 4),
                expected.erase(other) == 1);
    }
    ASSERT_EQ(set.size(), expected.size());
  }
  for (uint32_t key = 0; key < 3000; ++key) {
    const uint32_t* found = set.FindSame(key << 4, 4);
    ASSERT_EQ(found != nullptr, expected.count(key) == 1) << key;
    if (found != nullptr) {
      EXPECT_EQ(*found, key << 4 | expected[key]);
    }
  }
}

TEST(Heap, GivesBackWhatAnEditMadeUnlessItIsKept) {
  Heap heap;
  const auto used = [&] {
    return heap.used()[static_cast<size_t>(MemoryPart::kReverse)];
  };
  SortedNumbers kept;
  {
    Edit edit(&heap, Edit::Scope::kPart);
    for (uint32_t i = 0; i < 5000; ++i) {
      kept.Put(i, &edit, MemoryPart::kReverse);
    }
    EXPECT_TRUE(edit.Keep().retired.empty());
  }
  const uint64_t before = used();
  {
    Edit edit(&heap, Edit::Scope::kPart);
    SortedNumbers given_up = kept;
    for (uint32_t i = 0; i < 5000; i += 2) given_up.Erase(i, &edit);
    edit.Freeze();
    for (uint32_t i = 5000; i < 9000; ++i) {
      given_up.Put(i, &edit, MemoryPart::kReverse);
    }
    EXPECT_GT(used(), before);
  }
  EXPECT_EQ(used(), before);
  EXPECT_EQ(kept.size(), 5000u);
  // The edit names exactly the blocks that were replaced.
  Edit edit(&heap, Edit::Scope::kPart);
  SortedNumbers next = kept;
  next.Clear(&edit);
  uint64_t bytes = 0;
  for (const RetiredBlock& retired : edit.Keep().retired) {
    bytes += retired.block->bytes();
    heap.Free(retired.block);
  }
  EXPECT_EQ(bytes, before);
  EXPECT_EQ(used(), 0u);
}

TEST(Heap, LargeBlocksKeepTheirSize) {
  Heap heap;
  // As many keys as a workspace can have groups. The pages are never touched,
  // so they cost nothing.
  for (const size_t bytes : {size_t{1} << 24, (size_t{1} << 27) * 4 + 64}) {
    Block* const block = heap.Allocate(bytes, MemoryPart::kMembers);
    EXPECT_GE(block->bytes(), bytes);
    const auto& used = heap.used();
    EXPECT_EQ(used[static_cast<size_t>(MemoryPart::kMembers)], block->bytes());
    heap.Free(block);
  }
  EXPECT_EQ(heap.unused(), 0u);
}

TEST(Heap, BlocksOfLinesStandOnLines) {
  Heap heap;
  std::mt19937 random(1);
  std::vector<Block*> blocks;
  for (int i = 0; i < 20000; ++i) {
    const size_t bytes = 16 + random() % (i % 100 == 0 ? 20000 : 3000);
    Block* const block = heap.Allocate(bytes, MemoryPart::kIds);
    ASSERT_GE(block->bytes(), bytes);
    ASSERT_LE(block->bytes(), bytes + std::max<size_t>(15, bytes / 32 + 1));
    const auto address = reinterpret_cast<uintptr_t>(block);
    ASSERT_EQ(address % (block->bytes() % 64 == 0 ? 64 : 16), 0u);
    std::memset(block + 1, i, block->bytes() - sizeof(Block));
    blocks.push_back(block);
    if (random() % 2 == 0) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      heap.Free(blocks.back());
      blocks.pop_back();
    }
  }
  for (Block* block : blocks) heap.Free(block);
  for (const uint64_t used : heap.used()) EXPECT_EQ(used, 0u);
}

}  // namespace
}  // namespace acl
