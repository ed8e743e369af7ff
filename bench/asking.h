// The loop that several benchmarks measure.
#ifndef BENCH_ASKING_H_
#define BENCH_ASKING_H_

#include <benchmark/benchmark.h>

#include <cstddef>
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

}  // namespace acl::bench

#endif  // BENCH_ASKING_H_
