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

constexpr int kChangesPerSecond = 30'000;

// Asks the questions over and over, from `at` on, until told to stop.
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

// Overrides grants at a steady rate, or as fast as it can if that is slower.
// Gives how many it made.
int64_t KeepChanging(LoadedWorld& world, const std::atomic<bool>& stop) {
  // Not the same changes in every run: they would change nothing any more.
  static std::atomic<uint64_t> runs{0};
  Random random(++runs);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<PlainGrant> grants;
  int64_t made = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    const std::chrono::duration<double> passed =
        std::chrono::steady_clock::now() - begin;
    if (static_cast<double>(made) > passed.count() * kChangesPerSecond) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      continue;
    }
    const uint32_t resource = random.Below(world.shape().resources);
    world.generator().GrantsOf(resource, &grants);
    if (grants.empty() || grants[0].kind != TargetKind::kUser) continue;
    const Receipt receipt = Require(world.workspace().Share(
        Actor::System(), {kResourceType, ResourceName(resource)},
        Target::User(UserName(grants[0].target)),
        RoleWord(1 + random.Below(kRoles))));
    if (receipt.changed) ++made;  // not when it was that role already
  }
  return made;
}

// This thread's time for a question, while `readers - 1` other threads ask too
// and another changes, if `writer`.
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
    threads.emplace_back([&] { changes = KeepChanging(world, stop); });
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
