// Workspaces in chunks: they survive a round trip, and whatever is done to the
// chunks results in a refusal or in a valid state.
#include "acl/history/workspace_chunks.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/world/state_world.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"
#include "tests/history/called_state.h"
#include "tests/history/mutation.h"
#include "tests/world/random_world.h"

namespace acl {
namespace {

constexpr size_t kSizes[] = {1, 7, kChunkItems};

std::vector<std::string> BytesOf(
    const std::vector<v1::WorkspaceChunk>& chunks) {
  std::vector<std::string> bytes;
  for (const v1::WorkspaceChunk& chunk : chunks) {
    bytes.push_back(chunk.SerializeAsString());
  }
  return bytes;
}

// The state of a workspace in the exchange format, which has its own checks of
// what a state may be.
absl::StatusOr<State> Imported(const v1::Workspace& world) {
  std::vector<WorldFault> faults;
  WorkspaceImporter importer(BareState(), &faults);
  importer.Add(world, "w");
  State state = importer.Finish();
  if (!faults.empty()) return AsRefusal(faults);
  return state;
}

void ExpectRoundTrip(const State& state) {
  for (const size_t size : kSizes) {
    SCOPED_TRACE(absl::StrCat("chunks of ", size));
    const std::vector<v1::WorkspaceChunk> chunks = ChunksOf(state, size);
    const absl::StatusOr<State> read = ReadChunks(chunks);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(LinesOf(*read), LinesOf(state));
    EXPECT_TRUE(SameState(*read, state));
    EXPECT_EQ(BytesOf(ChunksOf(*read, size)), BytesOf(chunks));
  }
}

TEST(WorkspaceChunks, EmptyWorkspaceComesBackAsItWas) {
  ExpectRoundTrip(CalledState().state());
  ExpectRoundTrip(CalledState({{"only"}, {"t"}, 0}).state());
  EXPECT_EQ(ChunksOf(CalledState().state(), 1).size(), 1u);
}

TEST(WorkspaceChunks, SmallWorkspaceComesBackAsItWas) {
  ExpectRoundTrip(SmallState().state());
}

TEST(WorkspaceChunks, WorkspaceWithEverythingComesBackAsItWas) {
  const CalledState full = FullState();
  // Checks that the state has what makes it hard.
  const State& state = full.state();
  const size_t grants =
      state.grants.Get(state.FindResource({"voice", "very many"}))->size();
  ASSERT_GT(grants, 250u);
  ASSERT_NE(state.ladder().SlotAt(1), 1);
  ASSERT_NE(state.settings->types, state.settings->types_by_slot);
  ExpectRoundTrip(state);
}

TEST(WorkspaceChunks, RandomWorkspacesComeBackAsTheyWere) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const v1::World world = RandomWorld(seed);
    for (const v1::Workspace& workspace : world.workspaces()) {
      SCOPED_TRACE(seed);
      const absl::StatusOr<State> state = Imported(workspace);
      ASSERT_TRUE(state.ok()) << state.status();
      ExpectRoundTrip(*state);
    }
  }
}

TEST(WorkspaceChunks, NumbersOfWhatWasRemovedAreNotKept) {
  const CalledState full = FullState();
  const absl::StatusOr<State> read =
      ReadChunks(ChunksOf(full.state(), kChunkItems));
  ASSERT_TRUE(read.ok()) << read.status();
  const Directory& directory = read->directory;
  EXPECT_LT(directory.next_principal, full.state().directory.next_principal);
  EXPECT_LT(directory.next_key, full.state().directory.next_key);
  EXPECT_LT(directory.next_group, full.state().directory.next_group);
  EXPECT_LT(read->next_resource, full.state().next_resource);
  for (uint32_t i = 0; i < directory.next_principal; ++i) {
    EXPECT_TRUE(directory.HasPrincipal(i));
  }
}

TEST(WorkspaceChunks, StateThatWasReadCanBeChangedOn) {
  const CalledState small = SmallState();
  const absl::StatusOr<State> read = ReadChunks(ChunksOf(small.state(), 7));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->scope, 1u);
  // The first answer is repeated.
  ChangeOptions again;
  again.request_id = "first";
  const std::vector<Change> first = {
      Share{{"voice", "one"}, Target::User("bob"), "editor"}};
  const absl::StatusOr<Decided> replayed =
      Decide(*read, Subject::User("ann"), first, again, 10, Draft::Use::kTry);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_TRUE(replayed->receipt.replayed);
  const absl::StatusOr<Decided> next =
      Decide(*read, Actor::System(), {RemoveUser{"ann"}, RemoveGroup{"h"}}, {},
             10, Draft::Use::kPublish);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->next.state->revision, small.state().revision + 1);
  ExpectRoundTrip(*next->next.state);
}

TEST(WorkspaceChunks, ChunkWithManyThingsHoldsAboutAsManyAsWanted) {
  const CalledState full = FullState();
  for (const v1::WorkspaceChunk& chunk : ChunksOf(full.state(), 7)) {
    EXPECT_LE(chunk.principals().flags().size() + chunk.keys().flags().size() +
                  static_cast<size_t>(chunk.memberships().members_size()),
              7u);
    // The grants of one resource are never split.
    EXPECT_TRUE(chunk.resources().grants_size() < 7 ||
                chunk.resources().types_size() == 1);
  }
}

TEST(WorkspaceChunks, SinkThatRefusesEndsTheWalkWhereverItDoes) {
  const CalledState small = SmallState();
  const size_t chunks = ChunksOf(small.state(), 1).size();
  ASSERT_GT(chunks, 15u);
  for (size_t n = 1; n <= chunks; ++n) {
    size_t calls = 0;
    const absl::Status status =
        ToChunks(small.state(), 1, [&](const v1::WorkspaceChunk&) {
          return ++calls < n ? absl::OkStatus()
                             : absl::CancelledError("enough");
        });
    EXPECT_EQ(status, absl::CancelledError("enough"));
    EXPECT_EQ(calls, n);
  }
}

// A workspace with nested groups, each in the one before it.
std::vector<v1::WorkspaceChunk> Chain(uint32_t groups) {
  std::vector<v1::WorkspaceChunk> chunks =
      ChunksOf(CalledState().state(), kChunkItems);
  v1::WorkspaceChunk& chunk = chunks.front();
  for (uint32_t i = 0; i < groups; ++i) {
    const std::string id = absl::StrCat(i);
    chunk.mutable_groups()->mutable_ids()->mutable_bytes()->append(id);
    chunk.mutable_groups()->mutable_ids()->add_lengths(
        static_cast<uint32_t>(id.size()));
    if (i == 0) continue;
    chunk.mutable_memberships()->add_groups(i - 1);
    chunk.mutable_memberships()->add_counts(1);
    chunk.mutable_memberships()->add_members(i * 2 + 1);
  }
  return chunks;
}

TEST(WorkspaceChunks, LongChainOfGroupsIsReadAndItsEndsTiedAreNot) {
  constexpr uint32_t kLong = 200'000;
  std::vector<v1::WorkspaceChunk> chunks = Chain(kLong);
  const absl::StatusOr<State> read = ReadChunks(chunks);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->directory.nested, kLong - 1);
  v1::MembershipColumns& members = *chunks[0].mutable_memberships();
  members.add_groups(kLong - 1);
  members.add_counts(1);
  members.add_members(1);
  EXPECT_TRUE(IsRefusal(ReadChunks(chunks), absl::StatusCode::kDataLoss,
                        v1::JOURNAL_DAMAGED, "group 0 is below itself"));
}

// Every group is in all groups before it: as many paths as possible.
TEST(WorkspaceChunks, ManyPathsBetweenGroupsAreRead) {
  constexpr uint32_t kGroups = 300;
  std::vector<v1::WorkspaceChunk> chunks = Chain(kGroups);
  v1::MembershipColumns& members = *chunks[0].mutable_memberships();
  members.Clear();
  for (uint32_t i = 0; i < kGroups; ++i) {
    members.add_groups(i);
    members.add_counts(kGroups - 1 - i);
    for (uint32_t j = i + 1; j < kGroups; ++j) members.add_members(j * 2 + 1);
  }
  const absl::StatusOr<State> read = ReadChunks(chunks);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->directory.nested, kGroups * (kGroups - 1) / 2);
}

// Whether the chunks were accepted. If so, the state must be valid.
bool AcceptedInOrder(const std::vector<v1::WorkspaceChunk>& chunks,
                     size_t size) {
  const absl::StatusOr<State> read = ReadChunks(chunks);
  if (!read.ok()) {
    EXPECT_TRUE(
        IsRefusal(read, absl::StatusCode::kDataLoss, v1::JOURNAL_DAMAGED, ""));
    EXPECT_NE(read.status().message(), "");
    return false;
  }
  const absl::StatusOr<State> imported = Imported(ToWorld(*read));
  EXPECT_TRUE(imported.ok()) << imported.status();
  if (imported.ok()) {
    EXPECT_EQ(ToWorld(*imported).SerializeAsString(),
              ToWorld(*read).SerializeAsString());
  }
  const std::vector<v1::WorkspaceChunk> again = ChunksOf(*read, size);
  const absl::StatusOr<State> same = ReadChunks(again);
  EXPECT_TRUE(same.ok()) << same.status();
  if (same.ok()) {
    EXPECT_TRUE(SameState(*same, *read));
    EXPECT_EQ(BytesOf(ChunksOf(*same, size)), BytesOf(again));
  }
  return true;
}

TEST(WorkspaceChunks, ChunksTamperedWithAreRefusedOrGiveAStateInOrder) {
  constexpr int kRuns = 30'000;
  Mutator mutator(1);
  std::vector<State> states = {SmallState().state()};
  for (uint64_t seed = 0; states.size() < 8; ++seed) {
    states.push_back(*Imported(RandomWorld(seed).workspaces(0)));
  }
  int accepted = 0;
  for (int run = 0; run < kRuns && !testing::Test::HasFailure(); ++run) {
    SCOPED_TRACE(run);
    const size_t size = kSizes[mutator.Below(3)];
    // Half of the time the small state, which has everything.
    const size_t which = run % 2 == 0 ? 0 : mutator.Below(states.size());
    std::vector<v1::WorkspaceChunk> chunks = ChunksOf(states[which], size);
    for (size_t times = 1 + mutator.Below(3); times > 0; --times) {
      mutator.Change(&chunks[mutator.Below(chunks.size())]);
    }
    if (mutator.Below(8) == 0) {
      std::swap(chunks[mutator.Below(chunks.size())],
                chunks[mutator.Below(chunks.size())]);
    }
    if (AcceptedInOrder(chunks, size)) ++accepted;
  }
  // Neither all accepted nor all refused.
  EXPECT_GT(accepted, kRuns / 100);
  EXPECT_LT(accepted, kRuns / 2);
}

}  // namespace
}  // namespace acl
