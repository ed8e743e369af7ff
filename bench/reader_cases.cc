#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "bench/asking.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

// Repeats the questions, starting at index `at`, until told to stop.
void KeepAsking(const LoadedWorld& world, size_t at,
                const std::atomic<bool>& stop) {
  const std::vector<HandleQuestion>& questions = world.by_handle();
  while (!stop.load(std::memory_order_relaxed)) {
    for (int i = 0; i < 256; ++i) {
      const HandleQuestion& question = questions[at++ % questions.size()];
      benchmark::DoNotOptimize(
          world.workspace().EffectiveRole(question.subject, question.resource));
    }
  }
}

// Overrides grants at a steady rate. Returns how many it changed.
int64_t KeepSharing(LoadedWorld& world, const std::atomic<bool>& stop) {
  // A different seed in every run: repeating the same changes would change
  // nothing.
  static std::atomic<uint64_t> runs{0};
  Random random(++runs);
  std::vector<PlainGrant> grants;
  return KeepChanging(stop, [&] {
    const uint32_t resource = random.Below(world.shape().resources);
    world.generator().GrantsOf(resource, &grants);
    if (grants.empty() || grants[0].kind != TargetKind::kUser) return false;
    const Receipt receipt = Require(world.workspace().Share(
        Actor::System(), {kResourceType, ResourceName(resource)},
        Target::User(UserName(grants[0].target)),
        RoleWord(1 + random.Below(kRoles))));
    return receipt.changed;  // false if it was that role already
  });
}

// Measures this thread's time per question while `readers - 1` other threads
// ask too and, if `writer`, another thread makes changes.
void Readers(benchmark::State& state, const WorldShape& shape, int readers,
             bool writer) {
  LoadedWorld& world = ChangingWorld(shape);
  const std::vector<HandleQuestion>& questions = world.by_handle();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 1; i < readers; ++i) {
    threads.emplace_back(
        [&, i] { KeepAsking(world, i * questions.size() / readers, stop); });
  }
  int64_t changes = 0;
  if (writer) {
    threads.emplace_back([&] { changes = KeepSharing(world, stop); });
  }
  const auto begin = std::chrono::steady_clock::now();
  AskByHandle(state, world);
  const std::chrono::duration<double> passed =
      std::chrono::steady_clock::now() - begin;
  stop = true;
  for (std::thread& thread : threads) thread.join();
  if (writer) {
    state.counters["changes_per_second"] =
        static_cast<double>(changes) / passed.count();
  }
}

}  // namespace

void RegisterReaderCases(const WorldShape& shape) {
  const auto add = [&](const char* name, int readers, bool writer) {
    benchmark::RegisterBenchmark(
        absl::StrCat(name, "/", readers).c_str(),
        [shape, readers, writer](benchmark::State& state) {
          Readers(state, shape, readers, writer);
        });
  };
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  for (int readers = 1; readers <= std::max(processors, 2); readers *= 2) {
    add("readers", readers, false);
    add("readers_beside_writer", readers, true);
  }
}

}  // namespace acl::bench
