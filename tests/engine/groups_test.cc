// Tens of thousands of groups, around 2^16.
// Trap: a size overflows at 16 bits (SpiceDB CVE-2024-27101); the other sizes
// are in traps_sizes_test.cc.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

class Groups : public Studio {
 protected:
  void AddGroupsOfDan(int from, int to) {
    std::vector<Change> changes;
    for (int i = from; i < to; ++i) {
      changes.push_back(AddGroup{absl::StrCat("g", i)});
      changes.push_back(AddMember{absl::StrCat("g", i), Member::User("dan")});
    }
    Must(changes);
  }
  void AddMembersOfOuter(int from, int to) {
    std::vector<Change> changes;
    for (int i = from; i < to; ++i) {
      changes.push_back(AddUser{absl::StrCat("u", i)});
      changes.push_back(AddMember{"outer", Member::User(absl::StrCat("u", i))});
    }
    Must(changes);
  }
};

TEST_F(Groups, GrantOfTheLastOfManyGroupsCounts) {
  int have = 0;
  for (const int groups : {65535, 65536, 65537}) {
    AddGroupsOfDan(have, groups);
    have = groups;
    for (const int granted : {0, groups / 2, groups - 1}) {
      const Target target = Target::Group(absl::StrCat("g", granted));
      Must({Share{v_, target, "editor"}});
      const RoleAnswer answer =
          *studio_.EffectiveRole(Subject::User("dan"), v_);
      EXPECT_EQ(studio_.RoleName(answer.role), "editor") << groups;
      EXPECT_EQ(studio_.GroupId(answer.witness.group), target.id());
      EXPECT_EQ(
          studio_.ListResources(Subject::User("dan"), "", "")->items.size(),
          1u);
      Must({Unshare{v_, target}});
      EXPECT_EQ(Role(Subject::User("dan"), v_), "none") << groups;
    }
  }
}

TEST_F(Groups, EveryOneOfManyMembersHasTheRole) {
  Must({Share{w_, Target::Group("outer"), "viewer"}});
  int have = 0;
  for (const int members : {65535, 65536, 65537}) {
    AddMembersOfOuter(have, members);
    have = members;
    PageOptions options;
    options.page_size = 100000;
    const auto page = studio_.ListPrincipals(w_, "", options);
    ASSERT_TRUE(page.ok()) << page.status();
    // Plus boss, dan and bot.
    EXPECT_EQ(page->items.size(), static_cast<size_t>(members) + 3);
    for (const int member : {0, members / 2, members - 1}) {
      const std::string id = absl::StrCat("u", member);
      EXPECT_EQ(Role(Subject::User(id), w_), "viewer") << id;
    }
  }
  const Receipt receipt = Must({RemoveGroup{"outer"}});
  EXPECT_EQ(receipt.changes[0].removed->memberships, 65538u);
  EXPECT_EQ(Role(Subject::User("u65536"), w_), "none");
}

TEST_F(Groups, ChainOfGroupsCarriesARoleToItsEnd) {
  std::vector<Change> changes = {AddGroup{"c0"},
                                 AddMember{"c0", Member::User("dan")}};
  for (int i = 1; i < 1000; ++i) {
    changes.push_back(AddGroup{absl::StrCat("c", i)});
    changes.push_back(AddMember{absl::StrCat("c", i),
                                Member::Group(absl::StrCat("c", i - 1))});
  }
  Must(changes);
  Must({Share{w_, Target::Group("c999"), "editor"}});
  EXPECT_EQ(Role(Subject::User("dan"), w_), "editor");
  EXPECT_EQ(studio_.Explain(Subject::User("dan"), w_)->sources[0].path.size(),
            1000u);
  const absl::Status cycle =
      Apply({AddMember{"c0", Member::Group("c999")}}).status();
  EXPECT_EQ(FaultOf(cycle), v1::GROUP_CYCLE);
  EXPECT_THAT(std::string(cycle.message()),
              ::testing::HasSubstr(
                  "`c999` would become a member of itself: `c999` > `c0` > "
                  "`c1` > `c2` > `c3` > `c4` > `c5` > `c6` > `c7` > `c8` > "
                  "(981 more) > `c990` >"));
  Must({RemoveMember{"c500", Member::Group("c499")}});
  EXPECT_EQ(Role(Subject::User("dan"), w_), "none");
}

}  // namespace
}  // namespace acl
