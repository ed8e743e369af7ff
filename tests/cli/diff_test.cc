// `acl diff`: what differs in grants and in effective roles.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class DiffTest : public FolderCli {};

TEST_F(DiffTest, WhenNothingDiffersThenTheExitCodeIs0) {
  const Result same = Acl({"diff", world_, folder_});
  EXPECT_EQ(same.code, kAllow) << same.err;
  EXPECT_EQ(same.out, "no grant differs\nno effective role differs\n");
  EXPECT_EQ(json::parse(Acl({"diff", folder_, folder_, "--json"}).out),
            json::parse(R"({"equal":true,"grants":[],"effective_roles":[]})"));
}

TEST_F(DiffTest, WhenAGrantDiffersThenSoDoTheRolesThatItGives) {
  ASSERT_EQ(
      OnFolder({"unshare", "voice:narrator", "group:audio", "--as", "user:ann"})
          .code,
      kAllow);
  const Result differ = Acl({"diff", world_, folder_});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_EQ(differ.out,
            "1 grant differs:\n"
            "  studio  group:audio on voice:narrator: editor -> none\n"
            "1 effective role differs:\n"
            "  studio  user:bob on voice:narrator: editor -> viewer\n");
  EXPECT_EQ(json::parse(Acl({"diff", folder_, world_, "--json"}).out),
            json::parse(
                R"({"equal":false,
              "grants":[{"workspace":"studio","target":"group:audio",
                "resource":"voice:narrator","before":"none",
                "after":"editor"}],
              "effective_roles":[{"workspace":"studio","subject":"user:bob",
                "resource":"voice:narrator","before":"viewer",
                "after":"editor"}]})"));
}

TEST_F(DiffTest, WhenAGrantChangesNoRoleThenOnlyTheGrantDiffers) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  const Result differ = Acl({"diff", folder_ + "@0", folder_ + "@1"});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_EQ(differ.out,
            "1 grant differs:\n"
            "  studio  user:bob on voice:narrator: none -> viewer\n"
            "no effective role differs\n");
}

TEST_F(DiffTest, WhenMomentsAreNamedThenTheyAreOfTheFolder) {
  ASSERT_EQ(ShareBob("admin").code, kAllow);
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  EXPECT_THAT(Acl({"diff", folder_ + "@1", folder_}).out,
              HasSubstr("user:bob on voice:narrator: admin -> editor"));
  EXPECT_THAT(OnFolder({"diff", "@0", "@1"}).out,
              HasSubstr("user:bob on voice:narrator: editor -> admin"));
  EXPECT_EQ(OnFolder({"diff", "@9999-12-31", "@"}).code, kAllow);
  EXPECT_EQ(OnFolder({"diff", "@2", world_}).code, kDiffers);
}

TEST_F(DiffTest, WhenAKeyOrAStandingDiffersThenItsRolesDo) {
  Write(world_ + ".changes.yaml",
        "changes:\n"
        "  - update_key: {id: k2, disabled: false}\n"
        "  - update_user: {id: bob, locked: true}\n");
  ASSERT_EQ(
      OnFolder({"apply", world_ + ".changes.yaml", "--as", "system"}).code,
      kAllow);
  EXPECT_EQ(Acl({"diff", world_, folder_}).out,
            "no grant differs\n"
            "2 effective roles differ:\n"
            "  studio  key:k2 on voice:narrator: none -> viewer\n"
            "  studio  user:bob on voice:narrator: editor -> none\n");
}

TEST_F(DiffTest, WhenAWorkspaceIsOnOneSideOnlyThenAllOfItDiffers) {
  const Result differ = Acl({"diff", folder_ + "@1999-12-31", folder_});
  EXPECT_EQ(differ.code, kDiffers) << differ.err;
  EXPECT_THAT(differ.out, HasSubstr("2 grants differ:\n"));
  EXPECT_THAT(differ.out,
              HasSubstr("user:ann on voice:narrator: none -> admin\n"));
}

TEST_F(DiffTest, WhenAPathHasAnAtSignThenItIsAPath) {
  const std::string path = folder_ + "@1";
  ASSERT_EQ(Acl({"init", path, "--from", world_}).code, kAllow);
  EXPECT_EQ(Acl({"diff", path, world_}).code, kAllow);
  EXPECT_EQ(Acl({"diff", path + "@0", world_}).code, kAllow);
}

TEST_F(DiffTest, WhenItCannotBeComparedThenTheExitCodeIs3) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> table = {
      {{"diff", world_, "/nowhere.yaml"}, "can't open"},
      {{"diff", folder_ + "@7", folder_}, "has not come to revision 7"},
      {{"diff", folder_ + "@x", folder_}, "`x` is no moment"},
      {{"diff", "@1", folder_}, "neither does"},
      {{"diff", world_, folder_, "--workspace", "w"}, "on neither side"},
  };
  for (const auto& [arguments, words] : table) {
    const Result result = Acl(arguments);
    EXPECT_EQ(result.code, kBadInput) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace acl::cli
