// Request ids: a retry returns the first answer and does nothing else.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

class Requests : public Studio {
 protected:
  static ChangeOptions Id(const std::string& id) {
    ChangeOptions options;
    options.request_id = id;
    return options;
  }
  void ExpectReused(const absl::StatusOr<Receipt>& receipt) {
    EXPECT_TRUE(IsRefusal(receipt, absl::StatusCode::kFailedPrecondition,
                          v1::REQUEST_ID_REUSED, "`q` was used for another"));
  }
};

TEST_F(Requests, SameCallAgainGivesTheFirstAnswerAndDoesNothing) {
  const std::vector<Change> share = {Share{v_, Target::User("dan"), "viewer"}};
  const Receipt first = Must(share, Id("q"));
  EXPECT_FALSE(first.replayed);
  Must({Unshare{v_, Target::User("dan")}});
  const std::string before = Everything();
  const Receipt again = Must(share, Id("q"));
  EXPECT_TRUE(again.replayed);
  EXPECT_TRUE(again.changed);
  EXPECT_EQ(again.revision, first.revision);
  EXPECT_EQ(again.changes[0].share->grant_after, "viewer");
  EXPECT_EQ(Everything(), before);
}

TEST_F(Requests, FirstAnswerThatChangedNothingIsRemembered) {
  const std::vector<Change> unshare = {Unshare{v_, Target::User("dan")}};
  EXPECT_FALSE(Must(unshare, Id("q")).changed);
  Must({Share{v_, Target::User("dan"), "viewer"}});
  const Receipt again = Must(unshare, Id("q"));
  EXPECT_TRUE(again.replayed);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(Role(Subject::User("dan"), v_), "viewer");
}

TEST_F(Requests, AnythingElseUnderTheSameIdIsRefused) {
  const Change share = Share{v_, Target::User("dan"), "viewer"};
  Must({share}, Id("q"));
  ExpectReused(Apply({Share{v_, Target::User("dan"), "editor"}}, Id("q")));
  ExpectReused(Apply({Unshare{v_, Target::User("dan")}}, Id("q")));
  ExpectReused(Apply({share, share}, Id("q")));
  ExpectReused(Apply({}, Id("q")));
  ChangeOptions expecting = Id("q");
  expecting.expected_revision = 1;
  ExpectReused(Apply({share}, expecting));
  EXPECT_EQ(Role(Subject::User("dan"), v_), "viewer");
}

TEST_F(Requests, ReusedIdComesAfterTheFormAndBeforeTheRest) {
  Must({AddUser{"z"}}, Id("q"));
  EXPECT_EQ(FaultOf(Apply({AddUser{""}}, Id("q")).status()), v1::MALFORMED);
  ExpectReused(Apply({RemoveUser{"gone"}}, Id("q")));
}

TEST_F(Requests, RetryOfAConditionalChangeIsAnswered) {
  ChangeOptions options = Id("q");
  options.expected_revision = Now();
  EXPECT_TRUE(Must({AddUser{"z"}}, options).changed);
  EXPECT_TRUE(Must({AddUser{"z"}}, options).replayed);
}

TEST_F(Requests, RefusedChangeAndDryRunDoNotUseTheId) {
  EXPECT_FALSE(Apply({RemoveUser{"z"}}, Id("q")).ok());
  ChangeOptions dry = Id("q");
  dry.dry_run = true;
  EXPECT_TRUE(Must({AddGroup{"g"}}, dry).dry_run);
  EXPECT_FALSE(Must({AddUser{"z"}}, Id("q")).replayed);
  EXPECT_FALSE(Must({AddGroup{"g"}}, dry).replayed);
}

TEST_F(Requests, IdBelongsToItsCaller) {
  const Subject ann = Subject::User("ann");
  const std::vector<Change> share = {Share{v_, Target::User("dan"), "viewer"}};
  EXPECT_FALSE(studio_.Apply(ann, share, Id("q"))->replayed);
  // A call of another caller with the same id is a new call.
  EXPECT_FALSE(Must({Unshare{v_, Target::User("dan")}}, Id("q")).replayed);
  EXPECT_TRUE(studio_.Apply(ann, share, Id("q"))->replayed);
  EXPECT_TRUE(Must({Unshare{v_, Target::User("dan")}}, Id("q")).replayed);
  ExpectReused(studio_.Apply(ann, {Unshare{v_, Target::User("dan")}}, Id("q")));
  // Nor does a caller who may not share learn that the id was used.
  EXPECT_EQ(
      FaultOf(studio_.Apply(Subject::User("dan"), share, Id("q")).status()),
      v1::RESOURCE_NOT_FOUND);
}

TEST_F(Requests, NobodyPushesOutTheIdsOfAnother) {
  EngineOptions options;
  options.request_id_window = 2;
  Engine engine(options);
  Workspace small = *engine.AddWorkspace(Actor::System(), "small");
  ASSERT_TRUE(
      small.Apply(Actor::System(), {AddUser{"ann"}, AddUser{"bob"}}).ok());
  const std::vector<Change> add = {AddUser{"cem"}};
  ASSERT_TRUE(small.Apply(Subject::User("ann"), add, Id("q")).ok());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(small
                    .Apply(Subject::User("bob"), {UpdateUser{"bob"}},
                           Id(absl::StrCat("r", i)))
                    .ok());
  }
  EXPECT_TRUE(small.Apply(Subject::User("ann"), add, Id("q"))->replayed);
}

TEST_F(Requests, OldestIdIsForgottenFirst) {
  EngineOptions options;
  options.request_id_window = 2;
  Engine engine(options);
  Workspace small = *engine.AddWorkspace(Actor::System(), "small");
  const auto add = [&](const std::string& id) {
    return small.Apply(Actor::System(), {AddUser{id}}, Id(id));
  };
  ASSERT_TRUE(add("a").ok() && add("b").ok());
  EXPECT_TRUE(add("a")->replayed);
  ASSERT_TRUE(add("c").ok());
  EXPECT_EQ(FaultOf(add("a").status()), v1::ALREADY_EXISTS);
  EXPECT_TRUE(add("b")->replayed);
  EXPECT_TRUE(add("c")->replayed);
}

}  // namespace
}  // namespace acl
