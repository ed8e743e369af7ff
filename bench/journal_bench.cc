// Durable engines: the cost of a change that is synced to the disk, and the
// time to open a folder.
//
//   journal_bench [--world W1] [--benchmark_filter=...]
//
// The folders are created in $TMPDIR, or in /tmp. Set it to a folder on the
// disk to be measured.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "acl/journal/observed_files.h"
#include "bench/cases.h"
#include "bench/generator.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

using Seconds = std::chrono::duration<double>;

double Now() {
  return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A path that no other process uses, removed when the process ends.
class Scratch {
 public:
  explicit Scratch(const char* name) {
    const char* folder = std::getenv("TMPDIR");
    path_ = absl::StrCat(folder != nullptr ? folder : "/tmp", "/acl-bench-",
                         name, "-", getpid());
  }
  ~Scratch() {
    RequireThat(std::system(absl::StrCat("rm -rf '", path_, "'").c_str()) == 0,
                "can't remove the folder of the benchmark");
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// How often the disk can sync the record of a change.
void Fdatasync(benchmark::State& state) {
  const Scratch file("sync");
  const int fd = open(file.path().c_str(), O_CREAT | O_WRONLY, 0600);
  RequireThat(fd >= 0, "can't make a file");
  const std::string record(300, 'r');
  for (auto _ : state) {
    RequireThat(
        write(fd, record.data(), record.size()) == 300 && fdatasync(fd) == 0,
        "can't write to a file");
  }
  close(fd);
  state.SetItemsProcessed(state.iterations());
}

// Overrides grants until told to stop. Returns how many it changed.
uint64_t KeepSharing(Workspace workspace, const Generator& world, uint64_t seed,
                     const std::atomic<bool>& stop) {
  Random random(seed);
  std::vector<PlainGrant> grants;
  uint64_t made = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    const uint32_t resource = random.Below(world.shape().resources);
    world.GrantsOf(resource, &grants);
    if (grants.empty() || grants[0].kind != TargetKind::kUser) continue;
    const Receipt receipt = Require(workspace.Share(
        Actor::System(), {kResourceType, ResourceName(resource)},
        Target::User(UserName(grants[0].target)),
        RoleWord(1 + random.Below(kRoles))));
    made += receipt.changed ? 1 : 0;
  }
  return made;
}

// An engine in a folder, with the world loaded.
class DurableWorld {
 public:
  explicit DurableWorld(const WorldShape& shape)
      : generator_(shape), folder_("world") {
    Reopen(Durability::kDisk);
    Require(engine_->Import(Actor::System(), SourceOf(generator_)));
    Require(engine_->Checkpoint());
  }

  // Opens the folder again. Returns how long that took, in seconds.
  double Reopen(Durability durability) {
    engine_ = nullptr;
    FolderOptions options;
    options.durability = durability;
    options.checkpoints = false;
    options.files = &files_;
    const double begin = Now();
    engine_ = Require(Engine::Open(folder_.path(), {}, options));
    return Now() - begin;
  }
  Workspace workspace() const {
    return Require(engine_->FindWorkspace(kWorkspace));
  }
  const Generator& generator() const { return generator_; }
  Engine& engine() const { return *engine_; }
  uint64_t syncs() const { return syncs_; }

 private:
  const Generator generator_;
  const Scratch folder_;
  std::atomic<uint64_t> syncs_{0};
  ObservedFiles files_{[this](absl::Duration) { ++syncs_; }};
  std::unique_ptr<Engine> engine_;
};

DurableWorld& SharedDurableWorld(const WorldShape& shape) {
  static std::unique_ptr<DurableWorld> world;
  if (world == nullptr) world = std::make_unique<DurableWorld>(shape);
  return *world;
}

// Asks two engines, one of which is in a folder, the same questions. Blocks of
// questions alternate between them, so that drift of the machine affects both.
void RoleInFolder(benchmark::State& state, const WorldShape& shape) {
  constexpr size_t kBlock = 1024;
  const LoadedWorld& asked = SharedWorld(shape);
  const std::vector<Question>& questions = asked.by_string();
  const Workspace engines[] = {asked.workspace(),
                               SharedDurableWorld(shape).workspace()};
  double spent[] = {0, 0};
  size_t at = 0;
  size_t turn = 0;
  for (auto _ : state) {
    for (const size_t which : {turn, 1 - turn}) {
      const double begin = Now();
      for (size_t i = 0; i < kBlock; ++i) {
        const Question& question = questions[(at + i) % questions.size()];
        benchmark::DoNotOptimize(
            engines[which].EffectiveRole(question.subject, question.resource));
      }
      spent[which] += Now() - begin;
    }
    at = (at + kBlock) % questions.size();
    turn = 1 - turn;
  }
  const auto asked_of_each =
      static_cast<double>(state.iterations()) * static_cast<double>(kBlock);
  state.counters["ns_in_memory"] = 1e9 * spent[0] / asked_of_each;
  state.counters["ns_in_folder"] = 1e9 * spent[1] / asked_of_each;
}

// Shares from several threads, each of which waits for its change to be
// durable.
void DurableShare(benchmark::State& state, const WorldShape& shape,
                  int callers) {
  DurableWorld& world = SharedDurableWorld(shape);
  std::atomic<uint64_t> made{0};
  const uint64_t syncs_before = world.syncs();
  for (auto _ : state) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    const double begin = Now();
    for (int i = 0; i < callers; ++i) {
      threads.emplace_back([&, i] {
        static std::atomic<uint64_t> seed{0};
        made += KeepSharing(world.workspace(), world.generator(),
                            ++seed * 1000 + static_cast<uint64_t>(i), stop);
      });
    }
    std::this_thread::sleep_for(Seconds(1));
    stop = true;
    for (std::thread& thread : threads) thread.join();
    state.SetIterationTime(Now() - begin);
  }
  state.SetItemsProcessed(static_cast<int64_t>(made));
  state.counters["per_sync"] =
      static_cast<double>(made) /
      static_cast<double>(world.syncs() - syncs_before);
}

// The journal has a million changes after the last checkpoint, and was not
// closed.
void OpenAfterChanges(benchmark::State& state, const WorldShape& shape) {
  DurableWorld& world = SharedDurableWorld(shape);
  world.Reopen(Durability::kProcess);
  Require(world.engine().Checkpoint());
  constexpr uint64_t kChanges = 1'000'000;
  const Revision wanted =
      Require(world.workspace().Token()).revision + kChanges;
  std::atomic<bool> stop{false};
  std::thread writer(
      [&] { KeepSharing(world.workspace(), world.generator(), 77, stop); });
  while (Require(world.workspace().Token()).revision < wanted) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  stop = true;
  writer.join();
  for (auto _ : state) state.SetIterationTime(world.Reopen(Durability::kDisk));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kChanges));
}

// Writes a checkpoint of the world, and opens an engine from it.
void CheckpointWrite(benchmark::State& state, const WorldShape& shape) {
  DurableWorld& world = SharedDurableWorld(shape);
  for (auto _ : state) {
    static int more = 0;  // of all repetitions
    Require(world.workspace().Apply(Actor::System(),
                                    {AddUser{absl::StrCat("more-", ++more)}}));
    const double begin = Now();
    Require(world.engine().Checkpoint());
    state.SetIterationTime(Now() - begin);
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(shape.grants));
}
void CheckpointOpen(benchmark::State& state, const WorldShape& shape) {
  DurableWorld& world = SharedDurableWorld(shape);
  Require(world.engine().Checkpoint());
  for (auto _ : state) state.SetIterationTime(world.Reopen(Durability::kDisk));
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(shape.grants));
}

void RegisterCases(const WorldShape& shape) {
  const auto add = [&](const std::string& name, auto run) {
    return benchmark::RegisterBenchmark(
        absl::StrCat(name, "/", shape.name).c_str(),
        [shape, run](benchmark::State& state) { run(state, shape); });
  };
  // First, what has to be measured in a fresh process.
  add("role_in_folder", &RoleInFolder);
  add("checkpoint_write", &CheckpointWrite)->UseManualTime()->Iterations(2);
  add("checkpoint_open", &CheckpointOpen)->UseManualTime()->Iterations(2);
  benchmark::RegisterBenchmark("floor_fdatasync", &Fdatasync)->UseRealTime();
  for (const int callers : {1, 16, 256}) {
    add(absl::StrCat("durable_share/", callers),
        [callers](benchmark::State& state, const WorldShape& of) {
          DurableShare(state, of, callers);
        })
        ->UseManualTime()
        ->Iterations(2);
  }
  add("open_after_changes", &OpenAfterChanges)->UseManualTime()->Iterations(1);
}

}  // namespace
}  // namespace acl::bench

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  for (const WorldShape& shape : WorldsFromArguments(&argc, argv, "W1")) {
    RegisterCases(shape);
  }
  return RunCases(argc, argv);
}
