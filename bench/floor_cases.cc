#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/cases.h"
#include "bench/floor.h"
#include "bench/loaded_world.h"

namespace acl::bench {
namespace {

template <class Floor>
const Floor& FloorOf(const WorldShape& shape) {
  static auto& floors = *new std::map<std::string, std::unique_ptr<Floor>>;
  std::unique_ptr<Floor>& floor = floors[shape.name];
  if (floor == nullptr) {
    floor = std::make_unique<Floor>(shape.users, shape.resources);
  }
  return *floor;
}

void HandleBatch(benchmark::State& state, const WorldShape& shape) {
  const std::vector<Query>& queries = SharedWorld(shape).queries();
  const HandleFloor& floor = FloorOf<HandleFloor>(shape);
  size_t at = 0;
  while (state.KeepRunningBatch(kBatch)) {
    benchmark::DoNotOptimize(floor.Batch(&queries[at]));
    at = (at + kBatch) % queries.size();
  }
}

void HandleSingle(benchmark::State& state, const WorldShape& shape) {
  const std::vector<Query>& queries = SharedWorld(shape).queries();
  const HandleFloor& floor = FloorOf<HandleFloor>(shape);
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(floor.Single(queries[at]));
    if (++at == queries.size()) at = 0;
  }
}

void StringBatch(benchmark::State& state, const WorldShape& shape) {
  const std::vector<absl::string_view>& ids = SharedWorld(shape).ids();
  const StringFloor& floor = FloorOf<StringFloor>(shape);
  size_t at = 0;
  while (state.KeepRunningBatch(kBatch)) {
    benchmark::DoNotOptimize(floor.Batch(&ids[at]));
    at = (at + 2 * kBatch) % ids.size();
  }
}

void StringSingle(benchmark::State& state, const WorldShape& shape) {
  const std::vector<absl::string_view>& ids = SharedWorld(shape).ids();
  const StringFloor& floor = FloorOf<StringFloor>(shape);
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(floor.Single(&ids[at]));
    at += 2;
    if (at == ids.size()) at = 0;
  }
}

}  // namespace

void RegisterFloorCases(const WorldShape& shape) {
  const auto add = [&](const char* kind, const char* how, auto* run) {
    benchmark::RegisterBenchmark(
        absl::StrCat(kind, "/", shape.name, "/", how).c_str(),
        [shape, run](benchmark::State& state) { run(state, shape); });
  };
  add("floor_handle", "batch32", &HandleBatch);
  add("floor_handle", "single", &HandleSingle);
  if (IsHuge(shape)) return;  // the keys take as much as the world itself
  add("floor_string", "batch32", &StringBatch);
  add("floor_string", "single", &StringSingle);
}

}  // namespace acl::bench
