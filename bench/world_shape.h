// The sizes and shapes of the worlds used by the benchmarks.
#ifndef BENCH_WORLD_SHAPE_H_
#define BENCH_WORLD_SHAPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl::bench {

// Determines a world completely: equal shapes give equal worlds, down to the
// last grant.
struct WorldShape {
  std::string name;
  uint32_t users = 0;
  uint32_t groups = 0;
  // How many groups a user is a direct member of.
  uint32_t groups_per_user = 0;
  uint32_t resources = 0;
  // 70% go to users, 25% to groups and 5% to `default`. Grants that do not fit
  // (a second one to `default` on a resource) go to the other kinds.
  uint64_t grants = 0;
  // Groups form chains of this length, each group a member of the next; users
  // are members of the first. 1: no group is a member of another.
  uint32_t nesting = 1;
  uint64_t seed = 1;
};

// OK if a world of this shape can exist.
absl::Status CheckShape(const WorldShape& shape);

// Returns the shape of W0, W1, W2 or W3 of docs/performance.md, or `tiny`,
// which is for tests. NotFound for any other name.
absl::StatusOr<WorldShape> NamedShape(absl::string_view name);

// The names that NamedShape() knows.
std::vector<std::string> ShapeNames();

}  // namespace acl::bench

#endif  // BENCH_WORLD_SHAPE_H_
