// How the cost of a role by handle grows with the size and shape of the world:
//
//   growth_bench [--max_grants=N] [--benchmark_filter=...]
//
//   growth/groups_per_user/N       200,000 grants
//   growth/nesting/N               16 groups for every user, N levels deep
//   growth/grants_per_resource/N   300,000 grants, or four such resources
//   growth/total/N                 10 grants per resource
//
// growth_floor/... is the floor for the same questions. Worlds with more grants
// than --max_grants (1,000,000) are left out. Each world is loaded when its
// turn comes, one at a time, so repetitions must not be interleaved.
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bench/asking.h"
#include "bench/cases.h"
#include "bench/floor.h"
#include "bench/loaded_world.h"

namespace acl::bench {
namespace {

struct Loaded {
  explicit Loaded(const WorldShape& shape)
      : world(shape), floor(shape.users, shape.resources) {}
  LoadedWorld world;
  HandleFloor floor;
};

// The one world that is in memory.
const Loaded& Current(const WorldShape& shape) {
  static auto& current = *new std::unique_ptr<Loaded>;
  if (current == nullptr || current->world.shape().name != shape.name) {
    current.reset();
    current = std::make_unique<Loaded>(shape);
  }
  return *current;
}

void Role(benchmark::State& state, const WorldShape& shape) {
  const Loaded& loaded = Current(shape);
  AskByHandle(state, loaded.world);
  CountMemory(state, loaded.world);
}

void Floor(benchmark::State& state, const WorldShape& shape) {
  const Loaded& loaded = Current(shape);
  const std::vector<Query>& queries = loaded.world.queries();
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(loaded.floor.Single(queries[at]));
    if (++at == queries.size()) at = 0;
  }
}

void Register(const char* curve, uint64_t value, uint64_t max_grants,
              WorldShape shape) {
  if (shape.grants > max_grants) return;
  shape.name = absl::StrCat(curve, "/", value);
  Require(CheckShape(shape));
  benchmark::RegisterBenchmark(
      absl::StrCat("growth_floor/", shape.name).c_str(),
      [shape](benchmark::State& state) { Floor(state, shape); });
  benchmark::RegisterBenchmark(
      absl::StrCat("growth/", shape.name).c_str(),
      [shape](benchmark::State& state) { Role(state, shape); });
}

void RegisterCurves(uint64_t max_grants) {
  for (const uint32_t n : {1, 2, 5, 10, 20, 50, 100, 200}) {
    Register("groups_per_user", n, max_grants,
             {"", 10'000, 1000, n, 20'000, 200'000});
  }
  for (const uint32_t n : {1, 2, 4, 8, 16}) {
    Register("nesting", n, max_grants,
             {"", 10'000, 1600, 16 / n, 20'000, 200'000, n});
  }
  for (const uint32_t n :
       {3, 10, 30, 100, 300, 1000, 3000, 10'000, 30'000, 100'000}) {
    const uint32_t resources = std::max(4u, 300'000 / n);
    Register("grants_per_resource", n, max_grants,
             {"", std::max(10'000u, n), std::max(1000u, n / 3), 5, resources,
              uint64_t{resources} * n});
  }
  for (uint64_t n = 10'000; n <= 1'000'000'000; n *= 10) {
    const auto users = static_cast<uint32_t>(std::max<uint64_t>(n / 100, 1000));
    Register("total", n, max_grants,
             {"", users, users / 10, 5, static_cast<uint32_t>(n / 10), n});
  }
}

uint64_t MaxGrantsFromArguments(int* argc, char** argv) {
  uint64_t max_grants = 1'000'000;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    absl::string_view argument = argv[i];
    if (absl::ConsumePrefix(&argument, "--max_grants=")) {
      RequireThat(absl::SimpleAtoi(argument, &max_grants),
                  "--max_grants takes a number");
    } else {
      argv[kept++] = argv[i];
    }
  }
  argv[kept] = nullptr;
  *argc = kept;
  return max_grants;
}

}  // namespace
}  // namespace acl::bench

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  LimitMemory();
  RegisterCurves(MaxGrantsFromArguments(&argc, argv));
  return RunCases(argc, argv);
}
