// The memory of a workspace, and that old versions are freed.
#include <malloc.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

// A small tenant, built as a service would build it: 3 users, 5 resources, some
// grants.
Workspace AddTenant(Engine* engine, const std::string& id) {
  Workspace tenant = *engine->AddWorkspace(Actor::System(), id);
  std::vector<Change> changes;
  for (int i = 0; i < 3; ++i) {
    changes.emplace_back(AddUser{absl::StrCat("user-", i, "-of-", id),
                                 absl::StrCat("user", i, "@example.org")});
  }
  for (int i = 0; i < 5; ++i) {
    const ResourceId resource{"voice", absl::StrCat("voice-", i, "-of-", id)};
    changes.emplace_back(
        AddResource{resource, "A voice",
                    PrincipalId::User(absl::StrCat("user-0-of-", id))});
    changes.emplace_back(Share{
        resource, Target::User(absl::StrCat("user-1-of-", id)), "editor"});
  }
  EXPECT_TRUE(tenant.Apply(Actor::System(), changes).ok());
  return tenant;
}

void ShareOnce(Workspace* tenant, const std::string& id, int round) {
  const char* const roles[] = {"viewer", "commenter", "editor"};
  const ResourceId resource{"voice",
                            absl::StrCat("voice-", round % 5, "-of-", id)};
  ASSERT_TRUE(tenant
                  ->Share(Actor::System(), resource,
                          Target::User(absl::StrCat("user-2-of-", id)),
                          roles[round / 5 % 3])
                  .ok());
}

uint64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Unlike the resident memory, this does not depend on what earlier tests freed.
uint64_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}
#endif

TEST(Memory, SmallTenantTakesAtMostEightKibibytes) {
  Engine engine;
  Workspace tenant = AddTenant(&engine, "t");
  EXPECT_LE(tenant.MemoryUsage().total(), 8192u);
  // Nor does it grow when the same things are changed repeatedly.
  for (int round = 0; round < 1000; ++round) ShareOnce(&tenant, "t", round);
  EXPECT_LE(tenant.MemoryUsage().total(), 64 * 1024u);
}

TEST(Memory, TotalIsTheSumOfItsParts) {
  MemoryUsage usage;
  uint64_t* const parts[] = {&usage.grants,      &usage.members, &usage.reverse,
                             &usage.ids,         &usage.index,   &usage.texts,
                             &usage.directories, &usage.unused,  &usage.fixed};
  uint64_t sum = 0;
  uint64_t bytes = 1;
  for (uint64_t* part : parts) {
    *part = bytes;
    sum += bytes;
    bytes *= 10;
  }
  usage.old_versions = bytes;  // part of the others
  EXPECT_EQ(usage.total(), sum);
}

// With AddressSanitizer each block comes from the system, so that its end is
// guarded.
#ifndef __SANITIZE_ADDRESS__
TEST(Memory, UnusedIsWhatIsTakenAhead) {
  Engine engine;
  Workspace tenant = AddTenant(&engine, "t");
  // Later allocations use this memory first, before more is taken from the
  // system.
  int taken_ahead = 0;
  for (int i = 0; i < 500; ++i) {
    const MemoryUsage before = tenant.MemoryUsage();
    ASSERT_TRUE(
        tenant.Apply(Actor::System(), {AddUser{absl::StrCat("more", i)}}).ok());
    const MemoryUsage after = tenant.MemoryUsage();
    if (after.unused >= before.unused) continue;
    ++taken_ahead;
    EXPECT_EQ(after.total(), before.total());
  }
  EXPECT_GT(taken_ahead, 10);
}
#endif

TEST(Memory, EngineHoldsAHundredThousandSmallTenants) {
  constexpr int kTenants = 100000;
  Engine engine;
  const uint64_t before = ResidentBytes();
  uint64_t told = 0;
  for (int i = 0; i < kTenants; ++i) {
    told +=
        AddTenant(&engine, absl::StrCat("tenant-", i)).MemoryUsage().total();
  }
  const uint64_t each = (ResidentBytes() - before) / kTenants;
  std::printf("a tenant takes %llu bytes, and says that it takes %llu\n",
              static_cast<unsigned long long>(each),
              static_cast<unsigned long long>(told / kTenants));
  EXPECT_LE(told / kTenants, 8192u);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LE(each, 8192u);
#endif
  const Workspace last = *engine.FindWorkspace("tenant-99999");
  EXPECT_TRUE(*last.Check(Subject::User("user-1-of-tenant-99999"), "editor",
                          {"voice", "voice-4-of-tenant-99999"}));
}

class Versions : public testing::Test {
 protected:
  static constexpr int kResources = 2000;

  Versions() {
    std::vector<Change> changes{AddUser{"ann"}, AddUser{"bob"}};
    for (int i = 0; i < kResources; ++i) {
      changes.emplace_back(AddResource{Resource(i)});
      changes.emplace_back(
          acl::Share{Resource(i), Target::User("ann"), "viewer"});
    }
    EXPECT_TRUE(workspace_.Apply(Actor::System(), changes).ok());
  }
  static ResourceId Resource(int i) { return {"voice", absl::StrCat(i)}; }

  // Changes the roles of ann and bob on all resources, `rounds` times.
  void Churn(int rounds) {
    for (int i = 0; i < rounds * kResources; ++i) {
      const char* const role = turn_ % 2 == 0 ? "editor" : "viewer";
      ASSERT_TRUE(workspace_
                      .Share(Actor::System(), Resource(i % kResources),
                             Target::User(turn_ % 3 == 0 ? "bob" : "ann"), role)
                      .ok());
      if (i % kResources == kResources - 1) ++turn_;
    }
  }
  uint64_t InUse() const {
    const MemoryUsage usage = workspace_.MemoryUsage();
    return usage.total() - usage.unused - usage.old_versions;
  }

  Engine engine_;
  Workspace workspace_ =
      *engine_.AddWorkspace(Actor::System(), "w", WorkspaceSettings{{}, {}, 0});
  int turn_ = 0;
};

TEST_F(Versions, ManyChangesLeaveNothingBehind) {
  Churn(3);
  const uint64_t in_use = InUse();
  const uint64_t total = workspace_.MemoryUsage().total();
  Churn(12);
  EXPECT_EQ(InUse(), in_use);
  EXPECT_LE(workspace_.MemoryUsage().total(), total);
  // Only few versions can still be in use by readers.
  EXPECT_LE(workspace_.MemoryUsage().old_versions, 400 * 1024u);
}

TEST_F(Versions, SnapshotKeepsOneOldCopyOfWhatChangedHoweverOften) {
  Churn(3);
  const uint64_t in_use = InUse();
  std::optional<Snapshot> snapshot = *workspace_.TakeSnapshot();
  Churn(1);
  const uint64_t once = workspace_.MemoryUsage().old_versions;
  Churn(9);
  const uint64_t often = workspace_.MemoryUsage().old_versions;
  // Every line changed in the first round, so later rounds keep nothing more.
  EXPECT_LE(often, once + 400 * 1024u);
  EXPECT_LE(often, in_use + 400 * 1024u);
  EXPECT_EQ(InUse(), in_use);
  // Each further snapshot keeps at most as much.
  std::vector<Snapshot> more;
  for (int i = 0; i < 4; ++i) {
    more.push_back(*workspace_.TakeSnapshot());
    Churn(1);
  }
  EXPECT_LE(workspace_.MemoryUsage().old_versions, 5 * in_use + 400 * 1024u);
  // Released in any order, they free it with the next changes.
  more.erase(more.begin() + 1);
  snapshot.reset();
  Churn(1);
  more.clear();
  Churn(1);
  EXPECT_LE(workspace_.MemoryUsage().old_versions, 400 * 1024u);
  EXPECT_EQ(InUse(), in_use);
}

TEST_F(Versions, RefusedAndDryRunChangesLeaveNothingBehind) {
  Churn(3);
  const MemoryUsage before = workspace_.MemoryUsage();
  for (int i = 0; i < 500; ++i) {
    std::vector<Change> changes;
    for (int j = 0; j < 40; ++j) {
      changes.emplace_back(AddUser{absl::StrCat("new", j)});
      changes.emplace_back(acl::Share{
          Resource(j), Target::User(absl::StrCat("new", j)), "admin"});
    }
    ChangeOptions options;
    options.dry_run = true;
    ASSERT_TRUE(workspace_.Apply(Actor::System(), changes, options).ok());
    changes.emplace_back(RemoveUser{"nobody"});
    ASSERT_FALSE(workspace_.Apply(Actor::System(), changes).ok());
  }
  const MemoryUsage after = workspace_.MemoryUsage();
  EXPECT_EQ(after.total() - after.unused, before.total() - before.unused);
  EXPECT_LE(after.total(), before.total() + 256 * 1024u);
}

// The workspace is changed during long calls to it or to another engine. Each
// call keeps as much old memory as a snapshot does, and frees it afterwards.
TEST_F(Versions, LongCallKeepsOneOldCopyOfWhatChangedAndGivesItBack) {
  Churn(3);
  const uint64_t total = workspace_.MemoryUsage().total();
  const uint64_t in_use = InUse();
  uint64_t inside = 0, often = 0;
  const auto churn = [&] {
    if (inside != 0) return true;
    Churn(1);
    inside = workspace_.MemoryUsage().total();
    Churn(9);
    often = workspace_.MemoryUsage().total();
    return true;
  };
  const auto expect_bounded = [&](const char* call) {
    EXPECT_NE(inside, 0u) << call;
    EXPECT_LE(often, inside + 400 * 1024u) << call;
    EXPECT_LE(often, total + in_use + 400 * 1024u) << call;
    Churn(1);
    EXPECT_LE(workspace_.MemoryUsage().old_versions, 400 * 1024u) << call;
    EXPECT_EQ(InUse(), in_use) << call;
    inside = 0;
  };
  const Snapshot held = *workspace_.TakeSnapshot();
  Engine another;
  const Workspace elsewhere = AddTenant(&another, "t");
  PageOptions page;
  page.cancelled = [&] { return !churn(); };
  ExplainOptions explain;
  explain.cancelled = page.cancelled;

  EXPECT_TRUE(
      workspace_.VisitUsers([&](const v1::User&) { return churn(); }).ok());
  expect_bounded("VisitUsers");
  EXPECT_TRUE(
      elsewhere.VisitUsers([&](const v1::User&) { return churn(); }).ok());
  expect_bounded("VisitUsers of another engine");
  EXPECT_TRUE(held.VisitMatrix([&](const PrincipalId&, const ResourceRef&,
                                   Role) { return churn(); })
                  .ok());
  expect_bounded("VisitMatrix of a snapshot");
  EXPECT_TRUE(workspace_
                  .Export([&](v1::Workspace) {
                    churn();
                    return absl::OkStatus();
                  })
                  .ok());
  expect_bounded("Export");
  EXPECT_TRUE(
      workspace_.ListResources(Subject::User("ann"), "", "", page).ok());
  expect_bounded("ListResources");
  EXPECT_TRUE(workspace_.ListPrincipals(Resource(0), "", page).ok());
  expect_bounded("ListPrincipals");
  EXPECT_TRUE(
      workspace_.Explain(Subject::User("ann"), Resource(0), "admin", explain)
          .ok());
  expect_bounded("Explain");
}

TEST_F(Versions, LongCallUnderACapEndsRightlyAndThenKeepsNothing) {
  EngineOptions options;
  options.max_snapshot_rows = 10;
  Engine engine(options);
  Workspace tenant = AddTenant(&engine, "t");
  const Snapshot snapshot = *tenant.TakeSnapshot();
  const std::string before = snapshot.Export()->DebugString();
  const auto visit = [&](const Reader& reader) {
    v1::Workspace all;
    EXPECT_TRUE(reader
                    .Export([&](v1::Workspace part) {
                      for (int i = 0; i < 1000; ++i) ShareOnce(&tenant, "t", i);
                      all.MergeFrom(part);
                      return absl::OkStatus();
                    })
                    .ok());
    all.clear_continued();
    return all.DebugString();
  };
  EXPECT_EQ(visit(snapshot), before);
  EXPECT_FALSE(snapshot.Token().ok());
  EXPECT_FALSE(snapshot.Export().ok());
  const std::string then = tenant.Export()->DebugString();
  EXPECT_EQ(visit(tenant), then);
  ShareOnce(&tenant, "t", 0);
  EXPECT_LE(tenant.MemoryUsage().old_versions, 128 * 1024u);
}

TEST_F(Versions, PushedOutSnapshotsKeepNothing) {
  EngineOptions options;
  options.max_snapshot_rows = 10;
  Engine engine(options);
  Workspace tenant = AddTenant(&engine, "t");
  std::vector<Snapshot> held;
  for (int i = 0; i < 1000; ++i) {
    ShareOnce(&tenant, "t", i);
    held.push_back(*tenant.TakeSnapshot());
  }
  EXPECT_LE(tenant.MemoryUsage().old_versions, 128 * 1024u);
  EXPECT_FALSE(held.front().Token().ok());
  EXPECT_TRUE(held.back().Token().ok());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// If the cap is far away, the versions after a held snapshot take no memory
// each.
TEST_F(Versions, SnapshotUnderAWideCapKeepsNothingOfTheVersionsAfterIt) {
  EngineOptions options;
  options.max_snapshot_rows = 1'000'000'000;
  Engine engine(options);
  Workspace tenant = AddTenant(&engine, "t");
  const Snapshot snapshot = *tenant.TakeSnapshot();
  for (int i = 0; i < 10'000; ++i) ShareOnce(&tenant, "t", i);
  const uint64_t before = AllocatedBytes();
  for (int i = 0; i < 100'000; ++i) ShareOnce(&tenant, "t", i);
  EXPECT_LE(AllocatedBytes(), before + 256 * 1024u);
  EXPECT_TRUE(snapshot.Token().ok());
}
#endif

}  // namespace
}  // namespace acl
