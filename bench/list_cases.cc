#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/engine.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

// The maximum number of pairs that one pass over the matrix visits.
constexpr int64_t kSlice = 1'000'000;

// Asks for all pages, one after the other. Returns the number of items.
template <class Ask>
int64_t CountPages(Ask ask) {
  int64_t items = 0;
  PageOptions options;
  do {
    auto page = Require(ask(options));
    items += static_cast<int64_t>(page.items.size());
    options.token = page.next;
  } while (!options.token.empty());
  return items;
}

// Lists everything that some user can access.
void ListResources(benchmark::State& state, LoadedWorld& world) {
  const Snapshot snapshot = Require(world.workspace().TakeSnapshot());
  Random random(1);
  int64_t pairs = 0;
  for (auto _ : state) {
    const std::string id = UserName(random.Below(world.shape().users));
    pairs += CountPages([&](const PageOptions& options) {
      return snapshot.ListResources(Subject::User(id), "", "", options);
    });
  }
  state.SetItemsProcessed(pairs);
}

// Lists everyone who can access some resource.
void ListPrincipals(benchmark::State& state, LoadedWorld& world) {
  const Snapshot snapshot = Require(world.workspace().TakeSnapshot());
  Random random(1);
  int64_t pairs = 0;
  for (auto _ : state) {
    const std::string id = ResourceName(random.Below(world.shape().resources));
    pairs += CountPages([&](const PageOptions& options) {
      return snapshot.ListPrincipals({kResourceType, id}, "", options);
    });
  }
  state.SetItemsProcessed(pairs);
}

// Visits the matrix, but stops after kSlice pairs.
void VisitMatrix(benchmark::State& state, LoadedWorld& world) {
  const auto all = static_cast<int64_t>(world.generator().PairsWithRole());
  const int64_t slice = std::min(all, kSlice);
  int64_t pairs = 0;
  for (auto _ : state) {
    int64_t seen = 0;
    const absl::Status visited = world.workspace().VisitMatrix(
        [&](const PrincipalId&, const ResourceRef&, Role) {
          return ++seen < slice;
        });
    RequireThat(visited.ok() || absl::IsCancelled(visited), visited.message());
    RequireThat(seen == slice, "the matrix has another number of pairs");
    pairs += seen;
  }
  state.SetItemsProcessed(pairs);
  state.counters["pairs_of_world"] = static_cast<double>(all);
}

}  // namespace

void RegisterListCases(const WorldShape& shape) {
  const auto add = [&](const char* kind, auto* run) {
    benchmark::RegisterBenchmark(absl::StrCat(kind, "/", shape.name).c_str(),
                                 [shape, run](benchmark::State& state) {
                                   run(state, SharedWorld(shape));
                                 });
  };
  add("list_resources", &ListResources);
  add("list_principals", &ListPrincipals);
  add("matrix_visit", &VisitMatrix);
}

}  // namespace acl::bench
