// Changes that only a workspace admin may make. This is decided at the revision
// to which they are applied.
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

class WorkspaceAdmin : public Studio {
 protected:
  void SetUp() override {
    Studio::SetUp();
    Must({AddKey{"boss-key", PrincipalId::User("boss")}});
  }

  absl::StatusOr<Receipt> ApplyAsAdmin(const Actor& actor,
                                       const std::vector<Change>& changes,
                                       ChangeOptions options = {}) {
    options.require_workspace_admin = true;
    return studio_.Apply(actor, changes, options);
  }
  void ExpectRefused(const Actor& actor, Fault fault,
                     const std::string& words) {
    const std::string before = Everything();
    EXPECT_TRUE(
        IsRefusal(ApplyAsAdmin(actor, {AddUser{"z"}}), kDenied, fault, words));
    EXPECT_EQ(Everything(), before);
  }
};

TEST_F(WorkspaceAdmin, AdminInPersonByKeyAndTheSystemMay) {
  EXPECT_TRUE(ApplyAsAdmin(Subject::User("boss"), {AddUser{"x"}}).ok());
  EXPECT_TRUE(ApplyAsAdmin(Subject::Key("boss-key"), {AddUser{"y"}}).ok());
  EXPECT_TRUE(ApplyAsAdmin(Actor::System(), {AddUser{"z"}}).ok());
}

TEST_F(WorkspaceAdmin, EverybodyElseIsRefused) {
  ExpectRefused(Subject::User("bob"), v1::NOT_ADMIN,
                "actor `user:bob` is no workspace admin");
  // An admin of a resource is not an admin of the workspace.
  ExpectRefused(Subject::Key("ann-key"), v1::NOT_ADMIN, "`key:ann-key`");
  ExpectRefused(Subject::Key("k1"), v1::NOT_ADMIN, "`key:k1`");
  ExpectRefused(Subject::User("eve"), v1::ACTOR_UNKNOWN, "`user:eve`");
  ExpectRefused(Subject::Key("off"), v1::ACTOR_KEY_DISABLED, "`key:off`");
  ExpectRefused(Subject::Key("lea-key"), v1::ACTOR_LOCKED, "`key:lea-key`");
}

TEST_F(WorkspaceAdmin, WhoHasJustLostItIsRefused) {
  const Subject key = Subject::Key("boss-key");
  UpdateUser demoted{"boss"};
  demoted.workspace_admin = false;
  Must({demoted});
  ExpectRefused(key, v1::NOT_ADMIN, "no workspace admin");
  demoted.workspace_admin = true;
  Must({demoted});

  UpdateUser locked{"boss"};
  locked.locked = true;
  Must({locked});
  ExpectRefused(key, v1::ACTOR_LOCKED, "locked");
  locked.locked = false;
  Must({locked});

  UpdateKey disabled{"boss-key"};
  disabled.enabled = false;
  Must({disabled});
  ExpectRefused(key, v1::ACTOR_KEY_DISABLED, "disabled");
  Must({RemoveKey{"boss-key"}});
  ExpectRefused(key, v1::ACTOR_UNKNOWN, "not in the workspace");
}

TEST_F(WorkspaceAdmin, BatchIsDecidedOnWhatWasBeforeIt) {
  UpdateUser demoted{"boss"};
  demoted.workspace_admin = false;
  EXPECT_TRUE(
      ApplyAsAdmin(Subject::User("boss"), {demoted, AddUser{"z"}}).ok());
  UpdateUser risen{"bob"};
  risen.workspace_admin = true;
  EXPECT_EQ(FaultOf(ApplyAsAdmin(Subject::User("bob"), {risen}).status()),
            v1::NOT_ADMIN);
}

TEST_F(WorkspaceAdmin, DryRunAsksItTooAndARetryDoesNot) {
  ChangeOptions dry;
  dry.dry_run = true;
  EXPECT_EQ(
      FaultOf(ApplyAsAdmin(Subject::User("bob"), {AddUser{"z"}}, dry).status()),
      v1::NOT_ADMIN);
  ChangeOptions once;
  once.request_id = "q";
  EXPECT_TRUE(ApplyAsAdmin(Subject::User("boss"), {AddUser{"z"}}, once).ok());
  UpdateUser demoted{"boss"};
  demoted.workspace_admin = false;
  Must({demoted});
  const absl::StatusOr<Receipt> again =
      ApplyAsAdmin(Subject::User("boss"), {AddUser{"z"}}, once);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
}

TEST_F(WorkspaceAdmin, MalformedChangeIsReportedFirst) {
  EXPECT_EQ(FaultOf(ApplyAsAdmin(Subject::User("bob"), {AddUser{""}}).status()),
            v1::MALFORMED);
  EXPECT_EQ(
      FaultOf(ApplyAsAdmin(Subject::User("bob"), {RemoveUser{"eve"}}).status()),
      v1::NOT_ADMIN);
}

// However the two interleave: once the demotion has returned, nothing gets
// through.
TEST_F(WorkspaceAdmin, NothingGetsThroughBehindTheDemotion) {
  for (int round = 0; round < 200; ++round) {
    std::optional<Revision> demoted_at;
    std::thread demotes([&] {
      UpdateUser demoted{"boss"};
      demoted.workspace_admin = false;
      demoted_at = Must({demoted}).revision;
    });
    std::optional<Revision> last;
    for (int i = 0;; ++i) {
      const absl::StatusOr<Receipt> receipt = ApplyAsAdmin(
          Subject::Key("boss-key"),
          {UpdateUser{"dan", {}, std::to_string(round * 1000 + i)}});
      if (!receipt.ok()) {
        EXPECT_EQ(FaultOf(receipt.status()), v1::NOT_ADMIN);
        break;
      }
      last = receipt->revision;
    }
    demotes.join();
    if (last) {
      EXPECT_LT(*last, *demoted_at);
    }
    UpdateUser risen{"boss"};
    risen.workspace_admin = true;
    Must({risen});
  }
}

}  // namespace
}  // namespace acl
