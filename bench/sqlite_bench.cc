// Benchmarks SQLite and the engine on the same world in the same process:
//
//   sqlite_bench [--world W0,W1] [--benchmark_filter=...]
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/sqlite_peer.h"

namespace acl::bench {
namespace {

const SqlitePeer& PeerOf(const LoadedWorld& world) {
  static auto& peers = *new std::map<std::string, std::unique_ptr<SqlitePeer>>;
  std::unique_ptr<SqlitePeer>& peer = peers[world.shape().name];
  if (peer == nullptr) {
    peer = std::make_unique<SqlitePeer>(world.generator());
    world.CheckPeer("SQLite", [&](const Query& query) {
      return peer->RoleOf(UserName(query.user), ResourceName(query.resource));
    });
  }
  return *peer;
}

void Sqlite(benchmark::State& state, const WorldShape& shape) {
  const LoadedWorld& world = SharedWorld(shape);
  const SqlitePeer& peer = PeerOf(world);
  const std::vector<absl::string_view>& ids = world.ids();
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(peer.RoleOf(ids[at], ids[at + 1]));
    at += 2;
    if (at == ids.size()) at = 0;
  }
}

}  // namespace
}  // namespace acl::bench

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  LimitMemory();
  for (const WorldShape& shape : WorldsFromArguments(&argc, argv, "W1")) {
    RegisterFloorCases(shape);
    RegisterRoleCases(shape);
    benchmark::RegisterBenchmark(
        absl::StrCat("peer_sqlite/", shape.name).c_str(),
        [shape](benchmark::State& state) { Sqlite(state, shape); });
  }
  return RunCases(argc, argv);
}
