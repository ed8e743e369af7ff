// Drafts: the base stays as it is, back links stay in step, and what one draft
// both adds and removes is gone as a whole.
#include "acl/store/draft.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/store/same.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

constexpr int kMany = 100;

State EmptyState() {
  State state;
  state.workspace = "w";
  state.scope = 1;
  state.settings = *Settings::Make({});
  return state;
}

PrincipalRow Person(const std::string& email) {
  PrincipalRow row;
  row.email = email;
  return row;
}

// A group `g` with many users, each with a key and a resource that it created;
// the group and user 0 have a grant on every resource.
std::vector<NameRef> Fill(Draft* draft) {
  std::vector<NameRef> names = {draft->AddGroup("g", "")};
  for (int i = 0; i < kMany; ++i) {
    const std::string id = absl::StrCat(i);
    const NameRef user =
        draft->AddPrincipal(Kind::kUser, id, Person(id + "@x"));
    names.push_back(user);
    draft->AddMember(names[0], user);
    draft->AddKey(id, user, true);
    const NameRef resource = draft->AddResource({"voice", id}, "", user);
    draft->SetGrant(resource, names[0], 1);
    if (i > 0) draft->SetGrant(resource, names[1], 2);
  }
  return names;
}

TEST(Draft, GroupAddedAndRemovedInOneDraftTakesEverythingAlong) {
  Draft draft(EmptyState());
  const std::vector<NameRef> names = Fill(&draft);
  const Cascade cascade = draft.RemoveGroup(names[0]);
  EXPECT_EQ(cascade.grants, size_t{kMany});
  EXPECT_EQ(cascade.memberships, size_t{kMany});
  const State& state = draft.state();
  EXPECT_EQ(state.directory.FindGroup("g"), nullptr);
  for (int i = 0; i < kMany; ++i) {
    const std::string id = absl::StrCat(i);
    EXPECT_TRUE(state.directory.FindPrincipal(Kind::kUser, id)->groups.empty());
    EXPECT_EQ(state.GrantsOn(*state.FindResource({"voice", id})).size(),
              i > 0 ? 1u : 0u);
  }
}

TEST(Draft, UserAddedAndRemovedInOneDraftTakesEverythingAlong) {
  Draft draft(EmptyState());
  const std::vector<NameRef> names = Fill(&draft);
  const Cascade cascade = draft.RemovePrincipal(names[1]);
  EXPECT_EQ(cascade.grants, size_t{kMany} - 1);
  EXPECT_EQ(cascade.memberships, 1u);
  EXPECT_EQ(cascade.keys, 1u);
  EXPECT_EQ(cascade.creators, 1u);
  const State& state = draft.state();
  EXPECT_EQ(state.directory.FindByEmail("0@x"), nullptr);
  EXPECT_EQ(state.directory.FindKey("0"), nullptr);
  EXPECT_EQ(state.FindResource({"voice", "0"})->creator, nullptr);
  EXPECT_EQ(state.GrantsOn(*state.FindResource({"voice", "7"})).size(), 1u);
  EXPECT_EQ(state.directory.FindGroup("g")->members.size(), size_t{kMany} - 1);
}

TEST(Draft, BaseStaysAsItIsWhateverTheDraftDoes) {
  Draft first(EmptyState());
  const std::vector<NameRef> names = Fill(&first);
  const std::shared_ptr<const State> base = std::move(first).Finish(1);
  Draft second(*base);
  second.RemoveGroup(names[0]);
  second.RemovePrincipal(names[1]);
  second.RemoveResource(base->FindResource({"voice", "5"})->name);
  const std::shared_ptr<const State> next = std::move(second).Finish(2);
  EXPECT_EQ(base->revision, 1u);
  EXPECT_EQ(next->revision, 2u);
  EXPECT_EQ(base->directory.FindGroup("g")->members.size(), size_t{kMany});
  EXPECT_NE(base->directory.FindPrincipal(Kind::kUser, "0"), nullptr);
  EXPECT_EQ(base->GrantsOn(*base->FindResource({"voice", "5"})).size(), 2u);
  EXPECT_EQ(next->FindResource({"voice", "5"}), nullptr);
  EXPECT_EQ(next->GrantsOn(*next->FindResource({"voice", "6"})).size(), 0u);
  EXPECT_GT(next->rows_written, base->rows_written);
}

TEST(Draft, NumberIsNeverGivenOutTwice) {
  Draft draft(EmptyState());
  const NameRef first = draft.AddGroup("g", "");
  draft.RemoveGroup(first);
  EXPECT_NE(draft.AddGroup("g", "")->number, first->number);
  const NameRef user = draft.AddPrincipal(Kind::kUser, "u", {});
  draft.RemovePrincipal(user);
  EXPECT_NE(draft.AddPrincipal(Kind::kUser, "u", {})->number, user->number);
  const NameRef resource = draft.AddResource({"voice", "r"}, "", nullptr);
  draft.RemoveResource(resource);
  EXPECT_NE(draft.AddResource({"voice", "r"}, "", nullptr)->number,
            resource->number);
}

TEST(Draft, AddressMovesWithAnUpdate) {
  Draft draft(EmptyState());
  const NameRef user = draft.AddPrincipal(Kind::kUser, "u", Person("a@x"));
  draft.UpdatePrincipal(user, Person("b@x"));
  EXPECT_EQ(draft.state().directory.FindByEmail("a@x"), nullptr);
  ASSERT_NE(draft.state().directory.FindByEmail("b@x"), nullptr);
  EXPECT_EQ(draft.state().directory.FindByEmail("b@x")->name, user);
  draft.UpdatePrincipal(user, Person(""));
  EXPECT_EQ(draft.state().directory.FindByEmail("b@x"), nullptr);
}

class Same : public testing::Test {
 protected:
  Same() {
    Draft draft(EmptyState());
    Fill(&draft);
    base_ = std::move(draft).Finish(1);
  }
  NameRef Group() const { return base_->directory.FindGroup("g")->name; }
  NameRef User() const {
    return base_->directory.FindPrincipal(Kind::kUser, "3")->name;
  }
  NameRef Resource() const { return base_->FindResource({"voice", "3"})->name; }
  // Whether the state after `edit` says the same as the base.
  template <class Edit>
  bool After(const Edit& edit) const {
    Draft draft(*base_);
    edit(&draft);
    return SameMeaning(*base_, draft.state(), draft.touched());
  }

  std::shared_ptr<const State> base_;
};

TEST_F(Same, WhatIsUndoneSaysTheSame) {
  EXPECT_TRUE(After([](Draft*) {}));
  EXPECT_TRUE(After([&](Draft* d) {
    d->SetGrant(Resource(), Group(), 3);
    d->SetGrant(Resource(), Group(), 1);
  }));
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveMember(Group(), User());
    d->AddMember(Group(), User());
  }));
  EXPECT_TRUE(After([&](Draft* d) { d->RemoveGroup(d->AddGroup("h", "")); }));
}

TEST_F(Same, ThingThatIsMadeAgainWithTheSameIdSaysTheSame) {
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveKey(d->state().directory.FindKey("3")->name);
    d->AddKey("3", User(), true);
  }));
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveResource(Resource());
    const NameRef again = d->AddResource({"voice", "3"}, "", User());
    d->SetGrant(again, Group(), 1);
    d->SetGrant(again,
                d->state().directory.FindPrincipal(Kind::kUser, "0")->name, 2);
  }));
}

TEST_F(Same, AnyDifferenceIsSeen) {
  EXPECT_FALSE(After([&](Draft* d) { d->SetGrant(Resource(), Group(), 2); }));
  EXPECT_FALSE(After([&](Draft* d) { d->SetGrant(Resource(), Group(), 0); }));
  EXPECT_FALSE(After([&](Draft* d) { d->SetBaseline(Resource(), 1); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RenameResource(Resource(), "n"); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RenameGroup(Group(), "n"); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RemoveMember(Group(), User()); }));
  EXPECT_FALSE(After([&](Draft* d) { d->UpdatePrincipal(User(), {}); }));
  EXPECT_FALSE(After([&](Draft* d) {
    d->SetKeyEnabled(d->state().directory.FindKey("3")->name, false);
  }));
  EXPECT_FALSE(After([&](Draft* d) { d->AddGroup("h", ""); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RemovePrincipal(User()); }));
  EXPECT_FALSE(After([&](Draft* d) {
    d->RemoveResource(Resource());
    d->AddResource({"voice", "3"}, "", User());
  }));
  EXPECT_FALSE(After([&](Draft* d) {
    Settings settings = *d->state().settings;
    settings.max_principals = 7;
    d->SetSettings(settings);
  }));
}

}  // namespace
}  // namespace acl
