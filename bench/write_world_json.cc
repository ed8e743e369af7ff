// Writes a world with questions and the engine's answers as JSON, for peers
// that are not written in C++:
//
//   write_world_json W0 > world.json
//
// {"name": "W0",
//  "groups_of": [[group, ...], ...]               by user, nested ones included
//  "grants": [[[target, role], ...], ...]         by resource; a target is
//                                                 "user:N", "group:N",
//                                                 "default"
//  "queries": [[user, resource, role], ...]}      roles from 0 (none) to 4
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bench/loaded_world.h"

namespace acl::bench {
namespace {

constexpr size_t kQueries = 4096;

std::string Target(const PlainGrant& grant) {
  switch (grant.kind) {
    case TargetKind::kUser:
      return absl::StrCat("\"user:", grant.target, "\"");
    case TargetKind::kGroup:
      return absl::StrCat("\"group:", grant.target, "\"");
    case TargetKind::kDefault:
      break;
  }
  return "\"default\"";
}

// Prints a list of lists, one to a line.
void Print(const char* key, size_t count,
           const std::function<std::string(uint32_t)>& line) {
  std::printf(",\n\"%s\": [", key);
  for (uint32_t i = 0; i < count; ++i) {
    std::printf("%s\n[%s]", i == 0 ? "" : ",", line(i).c_str());
  }
  std::printf("]");
}

void Write(const WorldShape& shape) {
  const LoadedWorld world(shape, kQueries);
  std::printf("{\"name\": \"%s\"", shape.name.c_str());
  std::vector<uint32_t> groups;
  Print("groups_of", shape.users, [&](uint32_t user) {
    world.generator().AllGroupsOf(user, &groups);
    return absl::StrJoin(groups, ", ");
  });
  std::vector<PlainGrant> grants;
  Print("grants", shape.resources, [&](uint32_t resource) {
    world.generator().GrantsOf(resource, &grants);
    return absl::StrJoin(
        grants, ", ", [](std::string* out, const PlainGrant& grant) {
          absl::StrAppend(out, "[", Target(grant), ", ", grant.role, "]");
        });
  });
  Print("queries", world.queries().size(), [&](uint32_t i) {
    const Query& query = world.queries()[i];
    return absl::StrCat(query.user, ", ", query.resource, ", ",
                        world.RoleOf(query));
  });
  std::printf("}\n");
}

}  // namespace
}  // namespace acl::bench

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  RequireThat(argc == 2, "which world? write_world_json W0");
  Write(Require(NamedShape(argv[1])));
  return std::fflush(stdout) == 0 ? 0 : 1;
}
