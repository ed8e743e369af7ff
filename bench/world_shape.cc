#include "bench/world_shape.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace acl::bench {
namespace {

const std::vector<WorldShape>& Shapes() {
  static const auto& shapes = *new std::vector<WorldShape>{
      {"tiny", 200, 20, 5, 100, 1000},
      {"W0", 1000, 100, 5, 1000, 10'000},
      {"W1", 10'000, 1000, 5, 100'000, 1'000'000},
      {"W2", 1'000'000, 50'000, 10, 10'000'000, 100'000'000},
      {"W3", 10'000'000, 500'000, 10, 100'000'000, 1'000'000'000},
  };
  return shapes;
}

absl::Status Impossible(const WorldShape& shape, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("world ", shape.name, ": ", why));
}

}  // namespace

absl::Status CheckShape(const WorldShape& shape) {
  if (shape.users == 0 || shape.resources == 0 || shape.groups_per_user == 0 ||
      shape.nesting == 0) {
    return Impossible(shape, "a size is 0");
  }
  if (shape.groups / shape.groups_per_user < shape.nesting) {
    return Impossible(shape, "too few groups for a user's chains");
  }
  const uint64_t per_resource =
      (shape.grants + shape.resources - 1) / shape.resources;
  if (per_resource * 3 / 4 + 2 > shape.users) {
    return Impossible(shape, "too few users for the grants of a resource");
  }
  if (per_resource * 27 / 100 + 2 > shape.groups) {
    return Impossible(shape, "too few groups for the grants of a resource");
  }
  return absl::OkStatus();
}

absl::StatusOr<WorldShape> NamedShape(absl::string_view name) {
  for (const WorldShape& shape : Shapes()) {
    if (shape.name == name) return shape;
  }
  return absl::NotFoundError(absl::StrCat("there is no world `", name, "`; ",
                                          absl::StrJoin(ShapeNames(), ", "),
                                          " are there"));
}

std::vector<std::string> ShapeNames() {
  std::vector<std::string> names;
  for (const WorldShape& shape : Shapes()) names.push_back(shape.name);
  return names;
}

}  // namespace acl::bench
