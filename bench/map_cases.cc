#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/cases.h"
#include "bench/loaded_world.h"
#include "bench/map_peers.h"

namespace acl::bench {
namespace {

// Creates a peer on the first call, and compares it with the engine.
template <class Peer, class Ask>
const Peer& PeerOf(const char* name, const LoadedWorld& world, Ask ask) {
  static auto& peers = *new std::map<std::string, std::unique_ptr<Peer>>;
  std::unique_ptr<Peer>& peer = peers[world.shape().name];
  if (peer == nullptr) {
    peer = std::make_unique<Peer>(world.generator());
    world.CheckPeer(name,
                    [&](const Query& query) { return ask(*peer, query); });
  }
  return *peer;
}

void UnorderedMap(benchmark::State& state, const LoadedWorld& world) {
  const StringMapPeer& peer = PeerOf<StringMapPeer>(
      "unordered_map", world, [](const StringMapPeer& asked, const Query& q) {
        return asked.RoleOf(UserName(q.user), ResourceName(q.resource));
      });
  const std::vector<absl::string_view>& ids = world.ids();
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(peer.RoleOf(ids[at], ids[at + 1]));
    at += 2;
    if (at == ids.size()) at = 0;
  }
}

void FlatHashMap(benchmark::State& state, const LoadedWorld& world) {
  const NumberMapPeer& peer = PeerOf<NumberMapPeer>(
      "flat_hash_map", world, [](const NumberMapPeer& asked, const Query& q) {
        return asked.RoleOf(q);
      });
  const std::vector<Query>& queries = world.queries();
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(peer.RoleOf(queries[at]));
    if (++at == queries.size()) at = 0;
  }
}

}  // namespace

void RegisterMapPeers(const WorldShape& shape) {
  const auto add = [&](const char* kind, auto* run) {
    benchmark::RegisterBenchmark(absl::StrCat(kind, "/", shape.name).c_str(),
                                 [shape, run](benchmark::State& state) {
                                   run(state, SharedWorld(shape));
                                 });
  };
  // Strings take more than a hundred bytes per grant.
  if (shape.grants <= 20'000'000) add("peer_unordered_map", &UnorderedMap);
  if (!IsHuge(shape)) add("peer_flat_hash_map", &FlatHashMap);
}

}  // namespace acl::bench
