// The persistent containers: right after random edits, and old copies stay
// whole.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "acl/base/dense_vector.h"
#include "acl/base/ordered_map.h"

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
      ++edit;  // what a copy shares is changed under another tag
    }
  }
  EXPECT_EQ(Contents(map), expected);
  for (const auto& [copy, contents] : copies) {
    EXPECT_EQ(Contents(copy), contents);
  }
}

TEST(OrderedMap, CursorsBeginAtOrAfterAKey) {
  Map map;
  for (int key = 0; key < 100; key += 2) map.Set(key, key, 1);
  for (int key = -1; key < 101; ++key) {
    const auto from = map.From(key);
    const auto after = map.From(key, true);
    const int at = key < 0 ? 0 : (key + 1) / 2 * 2;
    ASSERT_EQ(from.valid(), at < 100);
    if (from.valid()) {
      EXPECT_EQ(from.key(), at);
    }
    const int next = key < 0 ? 0 : key / 2 * 2 + 2;
    ASSERT_EQ(after.valid(), next < 100);
    if (after.valid()) {
      EXPECT_EQ(after.key(), next);
    }
  }
}

TEST(OrderedMap, RisingKeysKeepTheTreeLow) {
  Map map;
  for (int key = 0; key < 1 << 17; ++key) map.Set(key, key, 1);
  // A cursor holds a path of 48 nodes at most; a list would overrun it.
  EXPECT_EQ(map.From((1 << 17) - 1).key(), (1 << 17) - 1);
  EXPECT_EQ(*map.Find(77777), 77777);
}

struct Row {
  int value;
};

TEST(DenseVector, RandomEditsMatchAnOrdinaryMapAndOldCopiesStayWhole) {
  std::mt19937 random(7);
  DenseVector<Row> rows;
  std::map<uint32_t, int> expected;
  DenseVector<Row> copy;
  std::map<uint32_t, int> copied;
  for (int i = 0; i < 20000; ++i) {
    const EditTag edit = static_cast<EditTag>(i < 10000 ? 1 : 2);
    if (i == 10000) {
      copy = rows;
      copied = expected;
    }
    // Also the largest numbers: the full height.
    const uint32_t number = random() % 2000 + (random() % 2) * 0xfffff000u;
    if (random() % 3 == 0 && expected.count(number) == 1) {
      rows.Erase(number, edit);
      expected.erase(number);
    } else {
      rows.Set(number, std::make_shared<Row>(Row{i}), edit);
      expected[number] = i;
    }
  }
  for (uint32_t n = 0; n < 2000; ++n) {
    for (const uint32_t number : {n, n + 0xfffff000u}) {
      const Row* row = rows.Get(number);
      ASSERT_EQ(row != nullptr, expected.count(number) == 1);
      if (row != nullptr) {
        EXPECT_EQ(row->value, expected[number]);
      }
      const Row* old = copy.Get(number);
      ASSERT_EQ(old != nullptr, copied.count(number) == 1);
      if (old != nullptr) {
        EXPECT_EQ(old->value, copied[number]);
      }
    }
  }
}

TEST(DenseVector, WhatWasNeverSetIsNull) {
  DenseVector<Row> rows;
  EXPECT_EQ(rows.Get(0), nullptr);
  EXPECT_EQ(rows.Get(0xffffffff), nullptr);
  rows.Set(5, std::make_shared<Row>(Row{1}), 1);
  EXPECT_EQ(rows.Get(4), nullptr);
  EXPECT_EQ(rows.Get(32), nullptr);
  EXPECT_EQ(rows.Get(0x80000005), nullptr);
  rows.Erase(5, 1);
  EXPECT_EQ(rows.Get(5), nullptr);
}

}  // namespace
}  // namespace acl
