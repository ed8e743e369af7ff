#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/world/world_file.h"
#include "bench/asking.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

// How many changes are timed between two pauses of the clock.
constexpr int kRound = 1000;

struct UserGrant {
  ResourceId resource;
  Target target;
  uint32_t role;
};

// Visits the resources in a shuffled order, repeatedly.
class UserGrants {
 public:
  UserGrants(const Generator& world, uint64_t seed)
      : world_(world), order_(world.shape().resources, seed) {}

  // The size of the largest round in which no grant repeats.
  int RoundSize() const {
    return std::min<int>(kRound,
                         static_cast<int>(world_.shape().resources) / 2);
  }

  // One user's grant on each of the next resources.
  std::vector<UserGrant> Round() {
    std::vector<UserGrant> round;
    std::vector<PlainGrant> grants;
    while (static_cast<int>(round.size()) < RoundSize()) {
      const uint32_t resource = order_(next_++ % world_.shape().resources);
      world_.GrantsOf(resource, &grants);
      if (grants.empty() || grants[0].kind != TargetKind::kUser) continue;
      round.push_back({{kResourceType, ResourceName(resource)},
                       Target::User(UserName(grants[0].target)),
                       grants[0].role});
    }
    return round;
  }

 private:
  const Generator& world_;
  const Permutation order_;
  uint32_t next_ = 0;
};

// Some user and resource without a grant between them.
UserGrant AnyNewGrant(const Generator& world, Random* random) {
  std::vector<PlainGrant> grants;
  while (true) {
    const uint32_t resource = random->Below(world.shape().resources);
    const uint32_t user = random->Below(world.shape().users);
    world.GrantsOf(resource, &grants);
    bool held = false;
    for (const PlainGrant& grant : grants) {
      held |= grant.kind == TargetKind::kUser && grant.target == user;
    }
    if (held) continue;
    return {{kResourceType, ResourceName(resource)},
            Target::User(UserName(user)),
            1 + random->Below(kRoles)};
  }
}

Receipt Give(Workspace& workspace, const UserGrant& grant, uint32_t role) {
  return Require(workspace.Share(Actor::System(), grant.resource, grant.target,
                                 RoleWord(role)));
}

// Sets the grants back to the generated roles.
void Restore(Workspace& workspace, const std::vector<UserGrant>& grants) {
  for (const UserGrant& grant : grants) Give(workspace, grant, grant.role);
}

// Sets each grant to a different role.
void Override(Workspace& workspace, const std::vector<UserGrant>& grants) {
  for (const UserGrant& grant : grants) {
    const Receipt receipt = Give(workspace, grant, 1 + grant.role % kRoles);
    RequireThat(receipt.changed, "an override has changed nothing");
  }
}

// Changes the role of existing grants, one at a time.
void ShareOverride(benchmark::State& state, const WorldShape& shape) {
  LoadedWorld& world = ChangingWorld(shape);
  UserGrants grants(world.generator(), 1);
  while (state.KeepRunningBatch(grants.RoundSize())) {
    state.PauseTiming();
    const std::vector<UserGrant> round = grants.Round();
    Restore(world.workspace(), round);
    state.ResumeTiming();
    Override(world.workspace(), round);
  }
  state.SetItemsProcessed(state.iterations());
}

// Adds new grants, which are removed again while the clock is stopped.
void ShareNew(benchmark::State& state, const WorldShape& shape) {
  LoadedWorld& world = ChangingWorld(shape);
  Random random(2);
  std::vector<UserGrant> grants;
  while (state.KeepRunningBatch(kRound)) {
    state.PauseTiming();
    for (const UserGrant& grant : grants) {
      Require(world.workspace().Unshare(Actor::System(), grant.resource,
                                        grant.target));
    }
    grants.clear();
    for (int i = 0; i < kRound; ++i) {
      grants.push_back(AnyNewGrant(world.generator(), &random));
    }
    state.ResumeTiming();
    for (const UserGrant& grant : grants) {
      benchmark::DoNotOptimize(Give(world.workspace(), grant, grant.role));
    }
  }
  for (const UserGrant& grant : grants) {
    Require(world.workspace().Unshare(Actor::System(), grant.resource,
                                      grant.target));
  }
  state.SetItemsProcessed(state.iterations());
}

// The world in a binary file, which is removed when the process ends.
class WorldFile {
 public:
  explicit WorldFile(const Generator& world) {
    const char* folder = std::getenv("TMPDIR");
    path_ = absl::StrCat(folder != nullptr ? folder : "/tmp", "/acl-bench-",
                         world.shape().name, "-", getpid(), ".binpb");
    const WorldSource source = SourceOf(world);
    Require(WriteWorldFile(path_, [&](const WorldSink& sink) -> absl::Status {
      while (true) {
        absl::StatusOr<const v1::Workspace*> part = source();
        if (!part.ok() || *part == nullptr) return part.status();
        if (absl::Status sunk = sink(**part); !sunk.ok()) return sunk;
      }
    }));
  }
  ~WorldFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// From the file to a workspace that answers; items are grants. Uses wall time,
// since two threads work.
void Load(benchmark::State& state, const WorldShape& shape) {
  const WorldFile file{Generator(shape)};
  for (auto _ : state) {
    auto engine = std::make_unique<Engine>();
    const auto reader = Require(WorldReader::Open(file.path()));
    Require(engine->Import(Actor::System(), reader->Source()));
    state.PauseTiming();
    RequireThat(engine->FindWorkspace(kWorkspace).ok(), "nothing was loaded");
    engine.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(shape.grants));
}

// Memory was measured when the world was loaded; the time means nothing.
void BytesPerGrant(benchmark::State& state, const WorldShape& shape) {
  LoadedWorld& world = SharedWorld(shape);
  const auto bytes = static_cast<double>(world.loaded_bytes());
  for (auto _ : state) benchmark::DoNotOptimize(bytes);
  state.counters["load_seconds"] = world.loaded_seconds();
  state.counters["bytes_per_grant"] = bytes / static_cast<double>(shape.grants);
  CountMemory(state, world);
}

// Changes while a held snapshot needs the old roles. Each snapshot is held for
// one round.
void SnapshotHold(benchmark::State& state, const WorldShape& shape) {
  LoadedWorld& world = ChangingWorld(shape);
  Workspace& workspace = world.workspace();
  UserGrants grants(world.generator(), 3);
  while (state.KeepRunningBatch(grants.RoundSize())) {
    state.PauseTiming();
    const std::vector<UserGrant> round = grants.Round();
    Restore(workspace, round);
    const Subject user = Subject::User(round[0].target.id());
    const ResourceRef resource = round[0].resource;
    const Role before = Require(workspace.EffectiveRole(user, resource)).role;
    state.ResumeTiming();
    const Snapshot snapshot = Require(workspace.TakeSnapshot());
    Override(workspace, round);
    const Role held = Require(snapshot.EffectiveRole(user, resource)).role;
    RequireThat(held == before, "a snapshot has changed");
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

void RegisterChangeCases(const WorldShape& shape) {
  const auto add = [&](const char* kind, const char* how, auto* run) {
    return benchmark::RegisterBenchmark(
        absl::StrCat(kind, "/", shape.name, how).c_str(),
        [shape, run](benchmark::State& state) { run(state, shape); });
  };
  // First, so that memory is measured in a fresh process.
  add("bytes_per_grant", "", &BytesPerGrant);
  add("share", "/override", &ShareOverride);
  add("share", "/new", &ShareNew);
  if (!IsHuge(shape)) add("load", "", &Load)->UseRealTime();
}

void RegisterSnapshotCases(const WorldShape& shape) {
  benchmark::RegisterBenchmark(
      "snapshot_hold",
      [shape](benchmark::State& state) { SnapshotHold(state, shape); });
}

}  // namespace acl::bench
