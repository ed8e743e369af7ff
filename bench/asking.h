// Measurements that several benchmarks share.
#ifndef BENCH_ASKING_H_
#define BENCH_ASKING_H_

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "bench/loaded_world.h"

namespace acl::bench {

// Asks for roles by handle, one at a time, in an endless cycle of questions.
inline void AskByHandle(benchmark::State& state, const LoadedWorld& world) {
  const std::vector<HandleQuestion>& questions = world.by_handle();
  size_t at = 0;
  for (auto _ : state) {
    const HandleQuestion& question = questions[at];
    benchmark::DoNotOptimize(
        world.workspace().EffectiveRole(question.subject, question.resource));
    if (++at == questions.size()) at = 0;
  }
}

// The rate of changes of a writer that runs alongside readers, if it can keep
// up.
constexpr int kChangesPerSecond = 30'000;

// Calls change() at that rate, or as fast as it can if that is slower, until
// told to stop. change() returns whether it changed anything. Returns the
// number of calls that did.
template <class Change>
int64_t KeepChanging(const std::atomic<bool>& stop, const Change& change) {
  const auto begin = std::chrono::steady_clock::now();
  int64_t made = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    const std::chrono::duration<double> passed =
        std::chrono::steady_clock::now() - begin;
    if (static_cast<double>(made) > passed.count() * kChangesPerSecond) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    } else if (change()) {
      ++made;
    }
  }
  return made;
}

// Adds counters for the world's memory by part, in bytes per grant.
inline void CountMemory(benchmark::State& state, const LoadedWorld& world) {
  const MemoryUsage usage = world.workspace().MemoryUsage();
  const auto count = [&](const char* part, uint64_t bytes) {
    state.counters[part] =
        static_cast<double>(bytes) / static_cast<double>(world.shape().grants);
  };
  count("grants", usage.grants);
  count("members", usage.members);
  count("reverse", usage.reverse);
  count("ids", usage.ids);
  count("index", usage.index);
  count("directories", usage.directories);
  count("unused", usage.unused);
}

}  // namespace acl::bench

#endif  // BENCH_ASKING_H_
