// What several benchmarks measure alike.
#ifndef BENCH_ASKING_H_
#define BENCH_ASKING_H_

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/loaded_world.h"

namespace acl::bench {

// One role by handle after the other, around and around.
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

// Counters of the memory that the world takes, by part, in bytes per grant.
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
