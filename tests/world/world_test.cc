// What an import refuses, and which place it names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "acl/base/fault.h"
#include "acl/encoding/encoding.h"
#include "acl/engine.h"

namespace acl {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

// A valid world; each row below makes one thing wrong.
constexpr char kWorld[] = R"(workspaces:
- id: w
  roles: [low, high]
  resource_types: [doc, pic]
  users:
  - {id: a, email: a@x}
  - {id: b}
  service_accounts:
  - {id: s, email: s@x}
  api_keys:
  - {id: k, owner: "user:a"}
  groups:
  - id: g
    members: ["user:a", "group:h"]
  - id: h
    members: ["user:b"]
  resources:
  - type: doc
    id: r
    creator: user:a
    grants:
    - {target: default, role: low}
    - {target: "group:g", role: high}
  - type: pic
    id: r
)";

struct Row {
  std::string from;  // replaced in kWorld
  std::string to;
  Fault fault;
  int line;
  std::string path;  // below workspaces[0]
  std::string words;
};

const std::vector<Row>& Rows() {
  static const auto* const rows = new std::vector<Row>{
      {"- id: w", "- id: \"\"", v1::MALFORMED, 2, "id", "workspace id"},
      {"- id: w", "- {id: w, revision: 9223372036854775808}\n- id: v",
       v1::MALFORMED, 2, "revision", "is above 2^63 - 1"},
      {"[low, high]", "[low, high, none]", v1::MALFORMED, 3, "roles[2]",
       "`none`"},
      {"[low, high]", "[low, high, low]", v1::MALFORMED, 3, "roles[2]",
       "role `low` stands twice"},
      {"[low, high]", "[low, high, \"a\\tb\"]", v1::MALFORMED, 3, "roles[2]",
       "control character"},
      {"[low, high]", "[low,high,3,4,5,6,7,8,9,10,11,12,13,14,15,16]",
       v1::MALFORMED, 3, "roles", "1 to 15 roles, not 16"},
      {"[doc, pic]", "[doc, pic, \"a:b\"]", v1::MALFORMED, 4,
       "resource_types[2]", "colon"},
      {"[doc, pic]", "[doc, pic, doc]", v1::MALFORMED, 4, "resource_types[2]",
       "stands twice"},
      {"- {id: b}", "- {id: b}\n  - {id: a}", v1::ALREADY_EXISTS, 8,
       "users[2].id", "user `a` exists already"},
      {"- {id: b}", "- {id: b}\n  - {id: default}", v1::MALFORMED, 8,
       "users[2].id", "reserved"},
      {"- {id: b}", "- {id: b}\n  - {name: x}", v1::MALFORMED, 8, "users[2].id",
       "user id is empty"},
      {"- {id: b}", "- {id: b, name: \"x\\ny\"}", v1::MALFORMED, 7,
       "users[1].name", "control character"},
      {"- {id: b}", "- {id: b, email: nonsense}", v1::MALFORMED, 7,
       "users[1].email", "`nonsense`"},
      {"- {id: b}", "- {id: b, email: A@X}", v1::EMAIL_TAKEN, 7,
       "users[1].email", "`a@x`"},
      {"- {id: s, email: s@x}", "- {id: s, email: a@x}", v1::EMAIL_TAKEN, 9,
       "service_accounts[0].email", "`a@x`"},
      {"- {id: s, email: s@x}", "- {id: s}\n  - {id: s}", v1::ALREADY_EXISTS,
       10, "service_accounts[1].id", "service account `s` exists"},
      {"owner: \"user:a\"", "owner: \"user:z\"", v1::USER_NOT_FOUND, 11,
       "api_keys[0].owner", "user `z` is not in the workspace"},
      {"owner: \"user:a\"", "owner: \"group:g\"", v1::MALFORMED, 11,
       "api_keys[0].owner", "`group:g`"},
      {"- {id: k, ", "- {id: k, owner: \"user:b\"}\n  - {id: k, ",
       v1::ALREADY_EXISTS, 12, "api_keys[1].id", "key `k` exists already"},
      {"[\"user:b\"]", "[\"user:b\"]\n  - {id: g}", v1::ALREADY_EXISTS, 17,
       "groups[2].id", "group `g` exists already"},
      {"[\"user:b\"]", "[\"user:b\", \"user:b\"]", v1::ALREADY_EXISTS, 16,
       "groups[1].members[1]", "stands twice"},
      {"[\"user:b\"]", "[\"user:z\"]", v1::USER_NOT_FOUND, 16,
       "groups[1].members[0]", "user `z`"},
      {"[\"user:b\"]", "[\"service_account:z\"]", v1::SERVICE_ACCOUNT_NOT_FOUND,
       16, "groups[1].members[0]", "service account `z`"},
      {"[\"user:b\"]", "[\"group:z\"]", v1::GROUP_NOT_FOUND, 16,
       "groups[1].members[0]", "group `z`"},
      {"[\"user:b\"]", "[\"key:k\"]", v1::MALFORMED, 16, "groups[1].members[0]",
       "`key:k`"},
      {"[\"user:b\"]", "[\"group:g\"]", v1::GROUP_CYCLE, 16,
       "groups[1].members[0]", "`g`"},
      {"- type: doc", "- type: dog", v1::TYPE_UNKNOWN, 18, "resources[0].type",
       "resource type `dog`"},
      {"- type: pic", "- type: doc", v1::ALREADY_EXISTS, 25, "resources[1].id",
       "resource `doc:r` exists already"},
      {"creator: user:a", "creator: user:z", v1::USER_NOT_FOUND, 20,
       "resources[0].creator", "user `z`"},
      {"creator: user:a", "creator: \"group:g\"", v1::MALFORMED, 20,
       "resources[0].creator", "`group:g`"},
      {"creator: user:a", "creator: user:a\n    name: \"\\a\"", v1::MALFORMED,
       21, "resources[0].name", "control character"},
      {"target: default", "target: \"user:a\"", v1::CREATOR_LOWERED, 22,
       "resources[0].grants[0].role", "the creator `a` is high for good"},
      {"target: default", "target: \"group:g\"", v1::DUPLICATE_GRANT, 23,
       "resources[0].grants[1].target", "`group:g` has two grants"},
      {"target: default", "target: \"user:z\"", v1::USER_NOT_FOUND, 22,
       "resources[0].grants[0].target", "user `z`"},
      {"target: default", "target: \"key:k\"", v1::MALFORMED, 22,
       "resources[0].grants[0].target", "not for `key:k`"},
      {"target: default", "target: nobody", v1::MALFORMED, 22,
       "resources[0].grants[0].target", "`nobody`"},
      {"role: low", "role: owner", v1::ROLE_UNKNOWN, 22,
       "resources[0].grants[0].role", "role `owner` is not in the ladder"},
      {"role: low", "role: none", v1::ROLE_UNKNOWN, 22,
       "resources[0].grants[0].role", "`none`"},
  };
  return *rows;
}

std::vector<WorldFault> FaultsOf(const v1::World& world) {
  Engine engine;
  std::vector<WorldFault> faults;
  const absl::Status status = engine.Import(Actor::System(), world, &faults);
  EXPECT_EQ(status.ok(), faults.empty());
  EXPECT_EQ(status.ok(), !engine.WorkspaceIds().empty());
  return faults;
}

TEST(Import, WorldOfTheTableIsInOrder) {
  v1::World world;
  Places places("w.yaml");
  ASSERT_TRUE(ReadMessage(Encoding::kYaml, kWorld, &world, &places).ok());
  EXPECT_TRUE(FaultsOf(world).empty());
}

TEST(Import, EachFaultIsReportedOnceWithItsExactPlaceInEveryEncoding) {
  for (const Row& row : Rows()) {
    const std::string text = absl::StrReplaceAll(kWorld, {{row.from, row.to}});
    ASSERT_NE(text, kWorld) << row.from;
    v1::World world;
    Places places("w.yaml");
    absl::Status read = ReadMessage(Encoding::kYaml, text, &world, &places);
    ASSERT_TRUE(read.ok()) << read << text;
    const std::vector<WorldFault> faults = FaultsOf(world);
    ASSERT_EQ(faults.size(), 1u) << text << faults[1].path;
    const std::string path = "workspaces[0]." + row.path;
    EXPECT_EQ(faults[0].path, path);
    EXPECT_EQ(FaultOf(faults[0].refusal), row.fault) << text;
    EXPECT_THAT(std::string(faults[0].refusal.message()), HasSubstr(row.words));
    EXPECT_EQ(places.Show(path), absl::StrCat("w.yaml:", row.line, ": ", path));
    for (const Encoding encoding :
         {Encoding::kJson, Encoding::kTextProto, Encoding::kBinary}) {
      v1::World again;
      Places there("w");
      ASSERT_TRUE(
          ReadMessage(encoding, WriteMessage(encoding, world), &again, &there)
              .ok());
      EXPECT_EQ(again.DebugString(), world.DebugString());
      EXPECT_EQ(there.LineOf(path) > 0, encoding == Encoding::kTextProto);
    }
  }
}

// References to things that were refused cause no further faults.
TEST(Import, TwentyFaultsMakeTwentyReports) {
  constexpr char kText[] = R"(workspaces:
- id: w
  roles: [low, low, high]
  resource_types: [doc, "a:b"]
  users:
  - {id: a, email: nonsense, name: "\t"}
  - {id: a}
  - {id: default}
  service_accounts: [{id: "", email: a@x}]
  api_keys:
  - {id: default, owner: "user:z"}
  - {id: l, owner: nobody}
  groups:
  - {id: g, members: ["user:a", "user:a", "group:h", "user:default"]}
  - {id: h, members: ["group:g", "user:zed"]}
  - {id: "\u0001", members: ["user:a"]}
  resources:
  - {type: doc, id: r, creator: "user:a", grants: [
      {target: "user:a", role: high},
      {target: "group:g", role: low}, {target: "group:g", role: low},
      {target: "user:zed", role: owner},
      {target: "user:default", role: low}]}
  - {type: doc, id: r, grants: [{target: "key:l", role: low}]}
  - {type: noise, id: "", grants: [{target: "user:a", role: low}]}
- id: w
)";
  v1::World world;
  Places places("w.yaml");
  ASSERT_TRUE(ReadMessage(Encoding::kYaml, kText, &world, &places).ok());
  std::vector<std::tuple<int, std::string, Fault>> found;
  for (const WorldFault& fault : FaultsOf(world)) {
    const std::string path =
        absl::StrReplaceAll(fault.path, {{"workspaces[0].", ""}});
    found.emplace_back(places.LineOf(fault.path), path, FaultOf(fault.refusal));
  }
  const std::vector<std::tuple<int, std::string, Fault>> expected = {
      {3, "roles[1]", v1::MALFORMED},
      {4, "resource_types[1]", v1::MALFORMED},
      {6, "users[0].email", v1::MALFORMED},
      {6, "users[0].name", v1::MALFORMED},
      {7, "users[1].id", v1::ALREADY_EXISTS},
      {8, "users[2].id", v1::MALFORMED},
      {9, "service_accounts[0].id", v1::MALFORMED},
      {11, "api_keys[0].id", v1::MALFORMED},
      {11, "api_keys[0].owner", v1::USER_NOT_FOUND},
      {12, "api_keys[1].owner", v1::MALFORMED},
      {16, "groups[2].id", v1::MALFORMED},
      {14, "groups[0].members[1]", v1::ALREADY_EXISTS},
      {15, "groups[1].members[0]", v1::GROUP_CYCLE},
      {15, "groups[1].members[1]", v1::USER_NOT_FOUND},
      {20, "resources[0].grants[2].target", v1::DUPLICATE_GRANT},
      {21, "resources[0].grants[3].role", v1::ROLE_UNKNOWN},
      {21, "resources[0].grants[3].target", v1::USER_NOT_FOUND},
      {23, "resources[1].id", v1::ALREADY_EXISTS},
      {23, "resources[1].grants[0].target", v1::MALFORMED},
      {24, "resources[2].type", v1::TYPE_UNKNOWN},
      {24, "resources[2].id", v1::MALFORMED},
      {25, "workspaces[1].id", v1::ALREADY_EXISTS}};
  EXPECT_THAT(found, ElementsAreArray(expected));
}

TEST(Import, HighestRevisionIsTaken) {
  v1::World world;
  world.add_workspaces()->set_id("w");
  world.mutable_workspaces(0)->set_revision((uint64_t{1} << 63) - 1);
  EXPECT_TRUE(FaultsOf(world).empty());
}

// A workspace in parts is the same as a workspace in one piece.
TEST(Import, PartsMakeOneWorkspace) {
  v1::World whole;
  Places places("w.yaml");
  ASSERT_TRUE(ReadMessage(Encoding::kYaml, kWorld, &whole, &places).ok());
  const v1::Workspace& w = whole.workspaces(0);
  v1::World parts;
  *parts.add_workspaces() = w;
  parts.mutable_workspaces(0)->clear_groups();
  parts.mutable_workspaces(0)->clear_resources();
  for (const v1::Group& group : w.groups()) {
    v1::Workspace* part = parts.add_workspaces();
    part->set_continued(true);
    *part->add_groups() = group;
  }
  for (const v1::Resource& resource : w.resources()) {
    v1::Workspace* part = parts.add_workspaces();
    part->set_continued(true);
    *part->add_resources() = resource;
  }
  Engine one, other;
  ASSERT_TRUE(one.Import(Actor::System(), whole).ok());
  ASSERT_TRUE(other.Import(Actor::System(), parts).ok());
  EXPECT_EQ(one.Export().DebugString(), other.Export().DebugString());
}

TEST(Import, PartsInDisorderAreRefusedWithTheirPlace) {
  v1::World world;
  v1::Workspace* first = world.add_workspaces();
  first->set_continued(true);
  first->add_groups()->set_id("g");
  v1::Workspace* second = world.add_workspaces();
  second->set_continued(true);
  second->set_id("w");
  second->add_users()->set_id("a");
  const std::vector<WorldFault> faults = FaultsOf(world);
  std::vector<std::string> lines;
  for (const WorldFault& fault : faults) {
    lines.push_back(absl::StrCat(fault.path, ": ", fault.refusal.message()));
  }
  EXPECT_THAT(
      lines,
      ::testing::ElementsAre(
          "workspaces[0].continued: goes on with nothing; it is the first",
          HasSubstr("workspaces[0].id: workspace id is empty"),
          HasSubstr("workspaces[1].continued: a workspace that goes on has"),
          HasSubstr("workspaces[1].users: comes behind groups of the same")));
}

TEST(Import, ListOfFaultsEndsAndSaysSo) {
  v1::World world;
  v1::Workspace* workspace = world.add_workspaces();
  workspace->set_id("w");
  for (size_t i = 0; i < kMaxWorldFaults; ++i) workspace->add_users();
  EXPECT_EQ(FaultsOf(world).size(), kMaxWorldFaults);
  for (int i = 0; i < 3; ++i) workspace->add_users();
  const std::vector<WorldFault> faults = FaultsOf(world);
  ASSERT_EQ(faults.size(), kMaxWorldFaults + 1);
  EXPECT_THAT(faults[kMaxWorldFaults - 1].path,
              HasSubstr("workspaces[0].users[9999]"));
  EXPECT_THAT(faults.back().path, HasSubstr("workspaces[0].users[10000]"));
  EXPECT_THAT(std::string(faults.back().refusal.message()),
              HasSubstr("more faults, from here on"));
}

}  // namespace
}  // namespace acl
