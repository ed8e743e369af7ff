// Reading the directory: one thing at a time, or all of one kind.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DirectoryTest : public Studio {
 protected:
  template <class Item>
  std::vector<std::string> Ids(
      absl::Status (Reader::*visit)(const Reader::Visitor<Item>&) const) {
    std::vector<std::string> ids;
    const absl::Status status = (studio_.*visit)([&](const Item& item) {
      ids.push_back(item.id());
      return true;
    });
    EXPECT_TRUE(status.ok()) << status;
    return ids;
  }
  std::vector<std::string> KeysOf(const PrincipalId& owner) {
    std::vector<std::string> ids;
    const absl::Status status =
        studio_.VisitKeys(owner, [&](const v1::ApiKey& key) {
          EXPECT_EQ(key.owner(), owner.ToString());
          ids.push_back(key.id());
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    return ids;
  }
};

TEST_F(DirectoryTest, OneThingIsGivenWithAllThatItHas) {
  EXPECT_EQ(studio_.GetUser("ann")->email(), "ann@example.com");
  EXPECT_EQ(studio_.GetUser("ann")->name(), "Ann");
  EXPECT_TRUE(studio_.GetUser("lea")->locked());
  EXPECT_TRUE(studio_.GetUser("boss")->workspace_admin());
  EXPECT_EQ(studio_.GetServiceAccount("bot")->name(), "Bot");
  EXPECT_EQ(studio_.GetKey("off")->owner(), "service_account:bot");
  EXPECT_TRUE(studio_.GetKey("off")->disabled());
  EXPECT_THAT(studio_.GetGroup("inner")->members(),
              ElementsAre("service_account:bot", "user:dan"));
  const v1::Resource resource = *studio_.GetResource(v_);
  EXPECT_EQ(resource.creator(), "user:ann");
  EXPECT_EQ(resource.name(), "V");
  ASSERT_EQ(resource.grants_size(), 1);
  EXPECT_EQ(resource.grants(0).target(), "user:bob");
  EXPECT_EQ(resource.grants(0).role(), "editor");
}

TEST_F(DirectoryTest, WhatIsNotThereIsRefusedByItsKind) {
  EXPECT_TRUE(IsRefusal(studio_.GetUser("bot"), absl::StatusCode::kNotFound,
                        v1::USER_NOT_FOUND,
                        "user `bot` is not in the workspace"));
  EXPECT_TRUE(IsRefusal(studio_.GetServiceAccount("ann"),
                        absl::StatusCode::kNotFound,
                        v1::SERVICE_ACCOUNT_NOT_FOUND,
                        "service account `ann` is not in the workspace"));
  EXPECT_TRUE(IsRefusal(studio_.GetKey("k9"), absl::StatusCode::kNotFound,
                        v1::KEY_NOT_FOUND, "key `k9` is not in the workspace"));
  EXPECT_TRUE(IsRefusal(studio_.GetGroup(""), absl::StatusCode::kNotFound,
                        v1::GROUP_NOT_FOUND, "group"));
  EXPECT_TRUE(IsRefusal(studio_.GetResource({"voice", "x"}),
                        absl::StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND,
                        "`voice:x`"));
  EXPECT_TRUE(IsRefusal(studio_.GetResource({"vice", "x"}),
                        absl::StatusCode::kInvalidArgument, v1::TYPE_UNKNOWN,
                        "`vice`"));
}

TEST_F(DirectoryTest, EveryOneOfAKindComesOnceInOrder) {
  EXPECT_THAT(Ids(&Reader::VisitUsers),
              ElementsAre("ann", "bob", "boss", "dan", "lea"));
  EXPECT_THAT(Ids(&Reader::VisitServiceAccounts), ElementsAre("bot"));
  EXPECT_THAT(Ids(&Reader::VisitGroups), ElementsAre("inner", "outer"));
  EXPECT_THAT(KeysOf(PrincipalId::ServiceAccount("bot")),
              ElementsAre("k1", "k2", "off"));
  EXPECT_THAT(KeysOf(PrincipalId::User("bob")), IsEmpty());
  EXPECT_TRUE(
      IsRefusal(studio_.VisitKeys(PrincipalId::User("eve"),
                                  [](const v1::ApiKey&) { return true; }),
                absl::StatusCode::kNotFound, v1::USER_NOT_FOUND, "`eve`"));
}

TEST_F(DirectoryTest, VisitorThatHasEnoughEndsTheVisit) {
  int seen = 0;
  EXPECT_TRUE(IsRefusal(
      studio_.VisitUsers([&](const v1::User&) { return ++seen < 2; }),
      absl::StatusCode::kCancelled, v1::CANCELLED_BY_CALLER, "cancelled"));
  EXPECT_EQ(seen, 2);
}

TEST_F(DirectoryTest, SubjectStandsForAPrincipal) {
  const auto of = [&](const Subject& subject) {
    const absl::StatusOr<PrincipalId> principal = studio_.PrincipalOf(subject);
    return principal.ok() ? principal->ToString()
                          : std::string(principal.status().message());
  };
  EXPECT_EQ(of(Subject::User("ann")), "user:ann");
  EXPECT_EQ(of(Subject::Email(" ANN@Example.com")), "user:ann");
  EXPECT_EQ(of(Subject::Email("bot@example.com")), "service_account:bot");
  EXPECT_EQ(of(Subject::Key("k2")), "service_account:bot");
  EXPECT_EQ(of(Subject::Key("ann-key")), "user:ann");
  EXPECT_TRUE(IsRefusal(studio_.PrincipalOf(Subject::Key("k9")),
                        absl::StatusCode::kNotFound, v1::KEY_NOT_FOUND,
                        "`k9`"));
  EXPECT_TRUE(IsRefusal(studio_.PrincipalOf(Subject::Email("eve@example.com")),
                        absl::StatusCode::kNotFound, v1::USER_NOT_FOUND,
                        "`eve@example.com`"));
  EXPECT_TRUE(IsRefusal(studio_.PrincipalOf(Subject::Email("nobody")),
                        absl::StatusCode::kInvalidArgument, v1::MALFORMED,
                        "`nobody`"));
}

TEST_F(DirectoryTest, SnapshotKeepsWhatWasThere) {
  const Snapshot then = *studio_.TakeSnapshot();
  Must({RemoveGroup{"inner"}, UpdateUser{"ann", {}, "Anna"},
        RemoveResource{v_}});
  EXPECT_EQ(then.GetUser("ann")->name(), "Ann");
  EXPECT_EQ(then.GetGroup("inner")->members_size(), 2);
  EXPECT_TRUE(then.GetResource(v_).ok());
  EXPECT_FALSE(studio_.GetGroup("inner").ok());
}

TEST_F(DirectoryTest, AnnotationIsKeptAndGivenBackAsItIs) {
  const std::string note = R"({"seat":"a\nb","😀":[1]})";
  AddUser user{"u"};
  user.annotation = note;
  AddServiceAccount account{"s"};
  account.annotation = note;
  AddKey key{"k", PrincipalId::User("u")};
  key.annotation = note;
  Must({user, account, key});
  EXPECT_EQ(studio_.GetUser("u")->annotation(), note);
  EXPECT_EQ(studio_.GetServiceAccount("s")->annotation(), note);
  EXPECT_EQ(studio_.GetKey("k")->annotation(), note);

  UpdateKey update{"k"};
  EXPECT_FALSE(Must({update}).changed);
  update.annotation = note;
  EXPECT_FALSE(Must({update}).changed);
  update.annotation = "other";
  EXPECT_TRUE(Must({update}).changed);
  EXPECT_EQ(studio_.GetKey("k")->annotation(), "other");
  EXPECT_FALSE(studio_.GetKey("k")->disabled());
  UpdateUser taken{"u"};
  taken.annotation = "";
  EXPECT_TRUE(Must({taken}).changed);
  EXPECT_EQ(studio_.GetUser("u")->annotation(), "");

  // A new thing with the same id starts with nothing of the old one.
  Must({RemoveKey{"k"}, AddKey{"k", PrincipalId::User("u")}});
  EXPECT_EQ(studio_.GetKey("k")->annotation(), "");
}

TEST_F(DirectoryTest, AnnotationThatIsMalformedIsRefused) {
  AddUser user{"u"};
  user.annotation = std::string(4097, 'a');
  EXPECT_TRUE(IsRefusal(Apply({user}), absl::StatusCode::kInvalidArgument,
                        v1::MALFORMED, "at most 4096"));
  user.annotation = "a\nb";
  EXPECT_TRUE(IsRefusal(Apply({user}), absl::StatusCode::kInvalidArgument,
                        v1::MALFORMED, "control character"));
  user.annotation = std::string(4096, 'a');
  EXPECT_TRUE(Apply({user}).ok());
}

TEST_F(DirectoryTest, AnnotationIsInTheWorldThatIsExported) {
  UpdateServiceAccount update{"bot"};
  update.annotation = "made by hand";
  Must({update});
  Engine other;
  ASSERT_TRUE(other.Import(Actor::System(), engine_.Export()).ok());
  EXPECT_EQ(
      other.FindWorkspace("studio")->GetServiceAccount("bot")->annotation(),
      "made by hand");
}

}  // namespace
}  // namespace acl
