// Drafts: the base stays unchanged, reverse links stay consistent, and what one
// draft both adds and removes is gone completely.
#include "acl/store/draft.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/directory/closure.h"
#include "acl/store/same.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

constexpr int kMany = 100;

State EmptyState() {
  State state;
  state.workspace = "w";
  state.heap = std::make_shared<Heap>();
  state.scope = 1;
  state.settings = *Settings::Make({});
  return state;
}

PrincipalFields Person(const std::string& email) {
  return {email, "", false, false};
}

std::shared_ptr<const State> Finished(Draft&& draft, Revision revision) {
  return std::move(draft).Finish(revision).state;
}

// The numbers of the things that Fill() adds.
struct Filled {
  uint32_t group;
  std::vector<uint32_t> users;
};

size_t GrantsOn(const State& state, const std::string& id) {
  return state.grants.Get(state.FindResource({"voice", id}))->size();
}

// A group `g` with many users, each of which has a key and has created a
// resource; the group and user 0 have a grant on every resource.
Filled Fill(Draft* draft) {
  Filled filled{draft->AddGroup("g", ""), {}};
  for (int i = 0; i < kMany; ++i) {
    const std::string id = absl::StrCat(i);
    const uint32_t user =
        draft->AddPrincipal(Kind::kUser, id, Person(id + "@x"));
    const TargetKey target = PrincipalKey(user);
    filled.users.push_back(user);
    draft->AddMember(filled.group, target);
    draft->AddKey(id, target, true, "");
    const uint32_t resource = draft->AddResource({"voice", id}, "", target);
    draft->SetGrant(resource, GroupKey(filled.group), 1);
    if (i > 0) draft->SetGrant(resource, PrincipalKey(filled.users[0]), 2);
  }
  return filled;
}

TEST(Draft, GroupAddedAndRemovedInOneDraftTakesEverythingAlong) {
  const State empty = EmptyState();
  Draft draft(empty, Draft::Use::kPublish);
  const Filled names = Fill(&draft);
  const Cascade cascade = draft.RemoveGroup(names.group);
  EXPECT_EQ(cascade.grants, size_t{kMany});
  EXPECT_EQ(cascade.memberships, size_t{kMany});
  const State& state = draft.state();
  EXPECT_EQ(state.directory.Find(Kind::kGroup, "g"), State::kNone);
  for (int i = 0; i < kMany; ++i) {
    const std::string id = absl::StrCat(i);
    const uint32_t user = state.directory.Find(Kind::kUser, id);
    EXPECT_TRUE(state.directory.members.Get(user)->groups().empty());
    EXPECT_EQ(GrantsOn(state, id), i > 0 ? 1u : 0u);
  }
}

TEST(Draft, UserAddedAndRemovedInOneDraftTakesEverythingAlong) {
  const State empty = EmptyState();
  Draft draft(empty, Draft::Use::kPublish);
  const Filled names = Fill(&draft);
  const Cascade cascade = draft.RemovePrincipal(names.users[0]);
  EXPECT_EQ(cascade.grants, size_t{kMany} - 1);
  EXPECT_EQ(cascade.memberships, 1u);
  EXPECT_EQ(cascade.keys, 1u);
  EXPECT_EQ(cascade.creators, 1u);
  const State& state = draft.state();
  EXPECT_EQ(state.directory.FindByEmail("0@x"), State::kNone);
  EXPECT_EQ(state.directory.Find(Kind::kKey, "0"), State::kNone);
  EXPECT_EQ(state.grants.Get(state.FindResource({"voice", "0"}))->creator(),
            0u);
  EXPECT_EQ(GrantsOn(state, "7"), 1u);
  EXPECT_EQ(state.directory.GroupAt(names.group).members.size(),
            size_t{kMany} - 1);
}

TEST(Draft, BaseStaysAsItIsWhateverTheDraftDoes) {
  const State empty = EmptyState();
  Draft first(empty, Draft::Use::kPublish);
  const Filled names = Fill(&first);
  const std::shared_ptr<const State> base = Finished(std::move(first), 1);
  Draft second(*base, Draft::Use::kPublish);
  second.RemoveGroup(names.group);
  second.RemovePrincipal(names.users[0]);
  second.RemoveResource(base->FindResource({"voice", "5"}));
  const std::shared_ptr<const State> next = Finished(std::move(second), 2);
  EXPECT_EQ(base->revision, 1u);
  EXPECT_EQ(next->revision, 2u);
  EXPECT_EQ(base->directory.GroupAt(names.group).members.size(), size_t{kMany});
  EXPECT_NE(base->directory.Find(Kind::kUser, "0"), State::kNone);
  EXPECT_EQ(GrantsOn(*base, "5"), 2u);
  EXPECT_EQ(next->FindResource({"voice", "5"}), State::kNone);
  EXPECT_EQ(GrantsOn(*next, "6"), 0u);
  EXPECT_GT(next->rows_written, base->rows_written);
}

TEST(Draft, NumberIsNeverGivenOutTwice) {
  const State empty = EmptyState();
  Draft draft(empty, Draft::Use::kPublish);
  const uint32_t first = draft.AddGroup("g", "");
  draft.RemoveGroup(first);
  EXPECT_NE(draft.AddGroup("g", ""), first);
  const uint32_t user = draft.AddPrincipal(Kind::kUser, "u", {});
  draft.RemovePrincipal(user);
  EXPECT_NE(draft.AddPrincipal(Kind::kUser, "u", {}), user);
  const uint32_t resource = draft.AddResource({"voice", "r"}, "", 0);
  draft.RemoveResource(resource);
  EXPECT_NE(draft.AddResource({"voice", "r"}, "", 0), resource);
}

TEST(Draft, PathsLeadThroughGroupsAndNowhereElse) {
  const State empty = EmptyState();
  Draft draft(empty, Draft::Use::kPublish);
  const TargetKey user = PrincipalKey(draft.AddPrincipal(Kind::kUser, "u", {}));
  const uint32_t inner = draft.AddGroup("inner", "");
  const uint32_t outer = draft.AddGroup("outer", "");
  const uint32_t other = draft.AddGroup("other", "");
  draft.AddMember(inner, user);
  draft.AddMember(outer, GroupKey(inner));
  ShortestPaths paths(draft.state().directory, user);
  EXPECT_EQ(paths.LengthTo(other), 0u);
  EXPECT_TRUE(paths.To(other).empty());
  EXPECT_EQ(paths.LengthTo(inner), 1u);
  EXPECT_EQ(paths.LengthTo(outer), 2u);
  EXPECT_EQ(paths.To(outer), (std::vector<std::string>{"inner", "outer"}));
}

TEST(Draft, AddressMovesWithAnUpdate) {
  const State empty = EmptyState();
  Draft draft(empty, Draft::Use::kPublish);
  const uint32_t user = draft.AddPrincipal(Kind::kUser, "u", Person("a@x"));
  draft.UpdatePrincipal(user, Person("b@x"));
  EXPECT_EQ(draft.state().directory.FindByEmail("a@x"), State::kNone);
  EXPECT_EQ(draft.state().directory.FindByEmail("b@x"), user);
  draft.UpdatePrincipal(user, Person(""));
  EXPECT_EQ(draft.state().directory.FindByEmail("b@x"), State::kNone);
}

TEST(Draft, ResourceThatIsAddedWithGrantsIsFoundFromItsTargets) {
  const State empty = EmptyState();
  for (const Draft::Use use :
       {Draft::Use::kPublish, Draft::Use::kBuild, Draft::Use::kTry}) {
    Draft draft(empty, use);
    const uint32_t user = draft.AddPrincipal(Kind::kUser, "u", {});
    const uint32_t group = draft.AddGroup("g", "");
    const TargetGrant grants[] = {{PrincipalKey(user), 1},
                                  {GroupKey(group), 2}};
    const ResourceRef id{"voice", "r"};
    const uint32_t resource =
        draft.AddResource(id, State::HashOf(id), "", 0, 3, grants);
    const std::shared_ptr<const State> state = Finished(std::move(draft), 1);
    EXPECT_EQ(state->GrantOf(resource, PrincipalKey(user)), 1);
    EXPECT_EQ(state->GrantOf(resource, GroupKey(group)), 2);
    EXPECT_EQ(state->GrantOf(resource, 0), 3);
    EXPECT_TRUE(state->directory.PrincipalAt(user).grants.Contains(resource));
    EXPECT_TRUE(state->directory.GroupAt(group).grants.Contains(resource));
    EXPECT_TRUE(state->baselines.Contains(resource));
    // A draft that is only tried uses none of the base's memory.
    EXPECT_EQ(state->heap == empty.heap, use != Draft::Use::kTry);
  }
}

TEST(Draft, DiscardedStateGivesItsMemoryBack) {
  const State empty = EmptyState();
  Draft first(empty, Draft::Use::kPublish);
  const Filled names = Fill(&first);
  const std::shared_ptr<const State> base = Finished(std::move(first), 1);
  const auto before = base->heap->used();
  Draft second(*base, Draft::Use::kPublish);
  // Part of what it creates is dropped again.
  const uint32_t resource = base->FindResource({"voice", "5"});
  for (const uint32_t user : names.users) {
    second.SetGrant(resource, PrincipalKey(user), 1);
  }
  for (const uint32_t user : names.users) {
    second.SetGrant(resource, PrincipalKey(user), 0);
  }
  const NextState next = std::move(second).Finish(2);
  EXPECT_NE(base->heap->used(), before);
  Discard(next);
  EXPECT_EQ(base->heap->used(), before);
}

class Same : public testing::Test {
 protected:
  Same() {
    const State empty = EmptyState();
    Draft draft(empty, Draft::Use::kPublish);
    Fill(&draft);
    bot_ = PrincipalKey(draft.AddPrincipal(Kind::kServiceAccount, "3", {}));
    draft.AddKey("bot", bot_, true, "");
    base_ = Finished(std::move(draft), 1);
  }
  uint32_t Group() const { return base_->directory.Find(Kind::kGroup, "g"); }
  TargetKey GroupTarget() const { return GroupKey(Group()); }
  uint32_t UserNumber() const {
    return base_->directory.Find(Kind::kUser, "3");
  }
  TargetKey User() const { return PrincipalKey(UserNumber()); }
  TargetKey UserZero() const {
    return PrincipalKey(base_->directory.Find(Kind::kUser, "0"));
  }
  uint32_t Resource() const { return base_->FindResource({"voice", "3"}); }
  // Whether the state after `edit` equals the base.
  template <class Edit>
  bool After(const Edit& edit) const {
    Draft draft(*base_, Draft::Use::kTry);
    edit(&draft);
    return SameMeaning(*base_, draft.state(), draft.touched());
  }

  std::shared_ptr<const State> base_;
  TargetKey bot_;  // has the same id as a user
};

TEST_F(Same, WhatIsUndoneSaysTheSame) {
  EXPECT_TRUE(After([](Draft*) {}));
  EXPECT_TRUE(After([&](Draft* d) {
    d->SetGrant(Resource(), GroupTarget(), 3);
    d->SetGrant(Resource(), GroupTarget(), 1);
  }));
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveMember(Group(), User());
    d->AddMember(Group(), User());
  }));
  EXPECT_TRUE(After([&](Draft* d) { d->RemoveGroup(d->AddGroup("h", "")); }));
}

TEST_F(Same, ThingThatIsMadeAgainWithTheSameIdSaysTheSame) {
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveKey(d->state().directory.Find(Kind::kKey, "3"));
    d->AddKey("3", User(), true, "");
  }));
  EXPECT_TRUE(After([&](Draft* d) {
    d->RemoveResource(Resource());
    const uint32_t again = d->AddResource({"voice", "3"}, "", User());
    d->SetGrant(again, GroupTarget(), 1);
    d->SetGrant(again,
                PrincipalKey(d->state().directory.Find(Kind::kUser, "0")), 2);
  }));
}

TEST_F(Same, AnyDifferenceIsSeen) {
  EXPECT_FALSE(
      After([&](Draft* d) { d->SetGrant(Resource(), GroupTarget(), 2); }));
  EXPECT_FALSE(
      After([&](Draft* d) { d->SetGrant(Resource(), GroupTarget(), 0); }));
  EXPECT_FALSE(After([&](Draft* d) { d->SetBaseline(Resource(), 1); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RenameResource(Resource(), "n"); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RenameGroup(Group(), "n"); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RemoveMember(Group(), User()); }));
  EXPECT_FALSE(After([&](Draft* d) { d->UpdatePrincipal(UserNumber(), {}); }));
  EXPECT_FALSE(After([&](Draft* d) {
    d->UpdatePrincipal(UserNumber(), {"3@x", "", false, false, "note"});
  }));
  EXPECT_FALSE(After([&](Draft* d) {
    d->UpdateKey(d->state().directory.Find(Kind::kKey, "3"), false, "note");
  }));
  EXPECT_FALSE(After([&](Draft* d) { d->AddGroup("h", ""); }));
  EXPECT_FALSE(After([&](Draft* d) { d->RemovePrincipal(UserNumber()); }));
  EXPECT_FALSE(After([&](Draft* d) {
    d->RemoveResource(Resource());
    d->AddResource({"voice", "3"}, "", User());
  }));
  // A creator with the wrong kind or the wrong id, or none.
  const auto created_by = [&](TargetKey creator) {
    return After([&](Draft* d) {
      d->RemoveResource(Resource());
      const uint32_t again = d->AddResource({"voice", "3"}, "", creator);
      d->SetGrant(again, GroupTarget(), 1);
      d->SetGrant(again, UserZero(), 2);
    });
  };
  // Two keys swap owners.
  EXPECT_FALSE(After([&](Draft* d) {
    for (const char* id : {"3", "bot"}) {
      d->RemoveKey(d->state().directory.Find(Kind::kKey, id));
    }
    d->AddKey("3", bot_, true, "");
    d->AddKey("bot", User(), true, "");
  }));
  EXPECT_TRUE(created_by(User()));
  EXPECT_FALSE(created_by(UserZero()));
  EXPECT_FALSE(created_by(bot_));
  EXPECT_FALSE(created_by(0));
  EXPECT_FALSE(After([&](Draft* d) {
    Settings settings = *d->state().settings;
    settings.max_principals = 7;
    d->SetSettings(settings);
  }));
}

}  // namespace
}  // namespace acl
