// The changes between two states of a workspace: applied to the first, they
// lead to the second.
#include "acl/audit/changes_between.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/world/change_message.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/world/random_world.h"

namespace acl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An engine with one workspace, `w`.
class One {
 public:
  explicit One(v1::Workspace workspace) {
    workspace.set_id("w");
    v1::World world;
    *world.add_workspaces() = std::move(workspace);
    const absl::Status imported = engine_.Import(Actor::System(), world);
    EXPECT_TRUE(imported.ok()) << imported;
  }

  Workspace workspace() const { return *engine_.FindWorkspace("w"); }
  v1::Workspace Export() const { return *workspace().Export(); }

 private:
  Engine engine_;
};

v1::Workspace Parse(const std::string& text) {
  v1::Workspace workspace;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &workspace));
  return workspace;
}

// The changes as lines for people.
std::vector<std::string> Words(const v1::ChangeFile& file) {
  std::vector<WorldFault> faults;
  std::vector<std::string> words;
  for (const Change& change : ReadChanges(file.changes(), "", &faults)) {
    words.push_back(ToString(change));
  }
  EXPECT_TRUE(faults.empty());
  return words;
}

// Applies the changes between two states to the first, which must then equal
// the second. Returns the changes in words.
std::vector<std::string> Lead(const v1::Workspace& from,
                              const v1::Workspace& to) {
  One a(from);
  const One b(to);
  const v1::ChangeFile file = ChangesBetween(a.Export(), b.Export());
  EXPECT_EQ(file.workspace(), "w");
  EXPECT_EQ(file.expected_revision(), a.Export().revision());
  std::vector<WorldFault> faults;
  const std::vector<Change> changes =
      ReadChanges(file.changes(), "changes", &faults);
  EXPECT_THAT(faults, IsEmpty());
  ChangeOptions options;
  options.expected_revision = file.expected_revision();
  const absl::StatusOr<Receipt> receipt =
      a.workspace().Apply(Actor::System(), changes, options);
  EXPECT_TRUE(receipt.ok()) << receipt.status() << "\n" << file.DebugString();
  if (!receipt.ok()) return {};
  for (size_t i = 0; i < changes.size(); ++i) {
    EXPECT_TRUE(receipt->changes[i].changed) << ToString(changes[i]);
  }
  v1::Workspace made = a.Export();
  v1::Workspace wanted = b.Export();
  made.clear_revision();
  wanted.clear_revision();
  EXPECT_EQ(made.DebugString(), wanted.DebugString()) << file.DebugString();
  return Words(file);
}

std::vector<std::string> Lead(const std::string& from, const std::string& to) {
  return Lead(Parse(from), Parse(to));
}

TEST(ChangesBetweenTest, WhenNothingDiffersThenThereIsNoChange) {
  EXPECT_THAT(Lead("users { id: 'a' email: 'A@x' } revision: 7",
                   "users { id: 'a' email: 'a@X' } revision: 9"),
              IsEmpty());
}

TEST(ChangesBetweenTest, WhenAddressesChangeHandsThenNoneIsTakenTwice) {
  EXPECT_THAT(Lead("users { id: 'a' email: 'a@x' }"
                   "users { id: 'b' email: 'b@x' }"
                   "users { id: 'c' email: 'c@x' }",
                   "users { id: 'a' email: 'b@x' }"
                   "users { id: 'b' email: 'a@x' }"
                   "users { id: 'c' email: 'd@x' }"),
              ElementsAre("update user:a", "update user:b", "update user:a",
                          "update user:b", "update user:c"));
}

TEST(ChangesBetweenTest, WhenAUserBecomesAServiceAccountThenTheAddressStays) {
  EXPECT_THAT(Lead("users { id: 'a' email: 'a@x' }"
                   "api_keys { id: 'k' owner: 'user:a' }",
                   "service_accounts { id: 'a' email: 'a@x' }"
                   "api_keys { id: 'k' owner: 'service_account:a' }"),
              ElementsAre("remove user:a", "add service_account:a",
                          "add key:k of service_account:a"));
}

TEST(ChangesBetweenTest, WhenAKeyHasAnotherOwnerThenItIsAnotherKey) {
  EXPECT_THAT(Lead("users { id: 'a' } users { id: 'b' }"
                   "api_keys { id: 'k' owner: 'user:a' }",
                   "users { id: 'a' } users { id: 'b' }"
                   "api_keys { id: 'k' owner: 'user:b' disabled: true }"),
              ElementsAre("remove key:k", "add key:k of user:b"));
}

TEST(ChangesBetweenTest, WhenTheCreatorIsAnotherThenTheResourceIsMadeAnew) {
  EXPECT_THAT(Lead("users { id: 'a' } users { id: 'b' }"
                   "resources { type: 'voice' id: 'v' creator: 'user:a'"
                   "  grants { target: 'default' role: 'viewer' } }",
                   "users { id: 'a' } users { id: 'b' }"
                   "resources { type: 'voice' id: 'v' creator: 'user:b'"
                   "  grants { target: 'default' role: 'viewer' } }"),
              ElementsAre("remove voice:v", "add voice:v",
                          "share voice:v with default as viewer"));
}

TEST(ChangesBetweenTest, WhenTheCreatorGoesThenTheResourceStays) {
  EXPECT_THAT(Lead("users { id: 'a' }"
                   "resources { type: 'voice' id: 'v' creator: 'user:a'"
                   "  grants { target: 'default' role: 'viewer' } }",
                   "resources { type: 'voice' id: 'v'"
                   "  grants { target: 'default' role: 'viewer' } }"),
              ElementsAre("remove user:a"));
}

TEST(ChangesBetweenTest, WhenNestingIsTurnedRoundThenNoCycleCloses) {
  EXPECT_THAT(
      Lead("groups { id: 'a' members: 'group:b' }"
           "groups { id: 'b' members: 'group:c' } groups { id: 'c' }",
           "groups { id: 'a' } groups { id: 'b' members: 'group:a' }"
           "groups { id: 'c' members: 'group:b' }"),
      ElementsAre("remove group:b from group:a", "remove group:c from group:b",
                  "add group:a to group:b", "add group:b to group:c"));
}

TEST(ChangesBetweenTest, WhenRolesChangePlacesThenNoGrantHoldsThem) {
  const std::string rest =
      "users { id: 'u' } users { id: 'v' }"
      "resources { type: 'voice' id: 'v'"
      "  grants { target: 'user:u' role: 'a' }"
      "  grants { target: 'user:v' role: 'b' } }";
  EXPECT_THAT(
      Lead("roles: ['a', 'b', 'c']" + rest, "roles: ['b', 'c', 'a']" + rest),
      ElementsAre("unshare voice:v with user:u", "set ladder to b < c",
                  "set ladder to b < c < a", "share voice:v with user:u as a"));
}

TEST(ChangesBetweenTest, WhenARoleGoesThenItsGrantsAreChangedBefore) {
  const std::string rest =
      "users { id: 'u' } resources { type: 'voice' id: 'v'"
      "  grants { target: 'user:u' role: ";
  EXPECT_THAT(
      Lead("roles: ['a', 'b']" + rest + "'a' } }",
           "roles: ['b', 'c']" + rest + "'b' } }"),
      ElementsAre("share voice:v with user:u as b", "set ladder to b < c"));
  EXPECT_THAT(Lead("roles: ['a']" + rest + "'a' } }",
                   "roles: ['c']" + rest + "'c' } }"),
              ElementsAre("unshare voice:v with user:u", "set ladder to c",
                          "share voice:v with user:u as c"));
}

TEST(ChangesBetweenTest, WhenATypeGoesThenItsResourcesGoBefore) {
  EXPECT_THAT(
      Lead("resource_types: 'doc' resources { type: 'doc' id: 'd' }",
           "resources { type: 'voice' id: 'd' }"),
      ElementsAre("remove doc:d", ::testing::StartsWith("set"), "add voice:d"));
}

TEST(ChangesBetweenTest, WhenALimitIsInTheWayThenThereIsNoneForAWhile) {
  const std::string head =
      "users { id: 'a' } users { id: 'b' }"
      "users { id: 'c' } resources { type: 'voice' "
      "id: 'v' ";
  const std::string a = "grants { target: 'user:a' role: 'viewer' }";
  const std::string b = "grants { target: 'user:b' role: 'viewer' }";
  const std::string c = "grants { target: 'user:c' role: 'viewer' }";
  const auto limited = [](int limit, const std::string& rest) {
    return absl::StrCat("max_principals_per_resource: ", limit, " ", rest,
                        " }");
  };
  // Within both limits, only the new one, only the old one, and neither.
  EXPECT_THAT(Lead(limited(2, head + a), limited(2, head + b)),
              ElementsAre("unshare voice:v with user:a",
                          "share voice:v with user:b as viewer"));
  EXPECT_THAT(
      Lead(limited(1, head + a), limited(2, head + a + b)),
      ElementsAre("set limit to 2", "share voice:v with user:b as viewer"));
  EXPECT_THAT(
      Lead(limited(2, head + a), limited(1, head + a + b)),
      ElementsAre("share voice:v with user:b as viewer", "set limit to 1"));
  EXPECT_THAT(
      Lead(limited(1, head + a), limited(2, head + a + b + c)),
      ElementsAre("set limit to 0", "share voice:v with user:b as viewer",
                  "share voice:v with user:c as viewer", "set limit to 2"));
}

// Shuffles the ladder and inserts another role.
void ShuffleRoles(std::mt19937_64* random, v1::Workspace* workspace) {
  std::vector<std::string> roles(workspace->roles().begin(),
                                 workspace->roles().end());
  if (roles.empty()) roles = {"viewer", "commenter", "editor", "admin"};
  if ((*random)() % 2 == 0) roles.push_back("more");
  std::shuffle(roles.begin(), roles.end(), *random);
  workspace->mutable_roles()->Assign(roles.begin(), roles.end());
}

TEST(ChangesBetweenTest, WhenStatesAreRandomThenTheChangesLeadThere) {
  size_t pairs = 0;
  std::mt19937_64 random(1);
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    std::vector<v1::Workspace> states;
    for (const v1::World& world : {RandomWorld(seed), RandomWorld(~seed)}) {
      for (v1::Workspace workspace : world.workspaces()) {
        if (random() % 2 == 0) ShuffleRoles(&random, &workspace);
        workspace.set_revision(workspace.revision() >> 1);
        states.push_back(std::move(workspace));
      }
    }
    for (size_t i = 0; i + 1 < states.size(); ++i) {
      Lead(states[i], states[i + 1]);
      ++pairs;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", pair " << i;
    }
  }
  EXPECT_GT(pairs, 3000u);
}

}  // namespace
}  // namespace acl
