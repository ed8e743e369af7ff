// The sizes of the worlds that are measured.
#ifndef BENCH_WORLD_SHAPE_H_
#define BENCH_WORLD_SHAPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace acl::bench {

// Everything that decides what a world is: the same shape is the same world,
// to the last grant.
struct WorldShape {
  std::string name;
  uint32_t users = 0;
  uint32_t groups = 0;
  // Groups that a user is a member of directly.
  uint32_t groups_per_user = 0;
  uint32_t resources = 0;
  // 70% to users, 25% to groups, 5% to `default`; what a resource can't have
  // of one kind (a second `default`) goes to the others.
  uint64_t grants = 0;
  // Groups stand in chains of this length, each a member of the next; users are
  // members of the first. 1: no group is a member of another.
  uint32_t nesting = 1;
  uint64_t seed = 1;
};

// OK if there can be such a world.
absl::Status CheckShape(const WorldShape& shape);

// W0, W1, W2 and W3 of docs/performance.md, and `tiny` for tests. NotFound for
// another name.
absl::StatusOr<WorldShape> NamedShape(absl::string_view name);

// The names that NamedShape() knows.
std::vector<std::string> ShapeNames();

}  // namespace acl::bench

#endif  // BENCH_WORLD_SHAPE_H_
