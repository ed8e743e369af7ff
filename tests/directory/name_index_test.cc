// The index of names against a map, while it grows and shrinks; and old copies
// that stay as they were.
#include "acl/directory/name_index.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

using Model = std::map<std::string, NameRef>;

NameRef Make(uint32_t number, const std::string& id) {
  return std::make_shared<const Name>(Name{Kind::kUser, number, "", id});
}

const Name* Find(const NameIndex& index, const std::string& id) {
  return index.Find(KeyOf(Kind::kUser, id));
}

void ExpectSame(const NameIndex& index, const Model& model, uint32_t range) {
  ASSERT_EQ(index.size(), model.size());
  for (uint32_t i = 0; i < range; ++i) {
    const std::string id = absl::StrCat(i);
    const auto at = model.find(id);
    ASSERT_EQ(Find(index, id), at == model.end() ? nullptr : at->second.get());
  }
}

TEST(NameIndex, RandomHistoriesAgreeWithAMapAndLeaveOldCopiesAlone) {
  std::mt19937 random(3);
  for (const uint32_t range : {2u, 20u, 300u, 5000u}) {
    NameIndex index;
    Model model;
    std::vector<std::pair<NameIndex, Model>> kept;
    EditTag edit = 1;
    for (uint32_t step = 0; step < 30000; ++step) {
      const std::string id = absl::StrCat(random() % range);
      const auto at = model.find(id);
      if (at == model.end()) {
        const NameRef name = Make(step, id);
        index.Add(*name, edit);
        model[id] = name;
      } else {
        index.Erase(*at->second, edit);
        model.erase(at);
      }
      if (random() % 3000 == 0) {
        kept.emplace_back(index, model);
        ++edit;
      }
    }
    ExpectSame(index, model, range);
    for (const auto& [old, expected] : kept) ExpectSame(old, expected, range);
  }
}

TEST(NameIndex, KindTypeAndIdAreTheName) {
  NameIndex index;
  const Name names[] = {{Kind::kUser, 0, "", "a"},
                        {Kind::kGroup, 0, "", "a"},
                        {Kind::kDefault, 0, "voice", "a"},
                        {Kind::kDefault, 1, "voic", "ea"},
                        {Kind::kUser, 1, "", std::string("a\0b", 3)}};
  EXPECT_EQ(index.Find(KeyOf(names[0])), nullptr);
  for (const Name& name : names) index.Add(name, 1);
  for (const Name& name : names) EXPECT_EQ(index.Find(KeyOf(name)), &name);
  EXPECT_EQ(index.Find(KeyOf(Kind::kKey, "a")), nullptr);
}

// Every bucket has been full once, and is empty now: what is looked for in vain
// is given up.
TEST(NameIndex, EmptiedTableFindsNothing) {
  NameIndex index;
  std::vector<NameRef> names;
  for (uint32_t i = 0; i < 10000; ++i) {
    names.push_back(Make(i, absl::StrCat(i)));
    index.Add(*names.back(), 1);
  }
  for (const NameRef& name : names) {
    index.Erase(*name, 1);
    ASSERT_EQ(Find(index, name->id), nullptr);
  }
  index.Add(*names[7], 1);
  EXPECT_EQ(Find(index, "7"), names[7].get());
}

}  // namespace
}  // namespace acl
