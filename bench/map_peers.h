// Hash maps, as one would write them by hand. They answer with the role from 0
// to 4, and have no witnesses, no revisions and no concurrent changes.
#ifndef BENCH_MAP_PEERS_H_
#define BENCH_MAP_PEERS_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "bench/generator.h"
#include "bench/queries.h"

namespace acl::bench {

// std::unordered_map, keyed by the ids of resource and principal.
class StringMapPeer {
 public:
  explicit StringMapPeer(const Generator& world);
  uint32_t RoleOf(absl::string_view user, absl::string_view resource) const;

 private:
  std::unordered_map<std::string, uint32_t> grants_;
  std::unordered_map<std::string, std::vector<std::string>> groups_;
};

// absl::flat_hash_map, keyed by the numbers of resource and principal.
class NumberMapPeer {
 public:
  explicit NumberMapPeer(const Generator& world);
  uint32_t RoleOf(const Query& query) const;

 private:
  absl::flat_hash_map<uint64_t, uint32_t> grants_;
  std::vector<std::vector<uint32_t>> groups_;  // by user
};

}  // namespace acl::bench

#endif  // BENCH_MAP_PEERS_H_
