// The generated worlds as messages, for Engine::Import() and world files.
#ifndef BENCH_WORLD_SOURCE_H_
#define BENCH_WORLD_SOURCE_H_

#include <cstdint>

#include "acl/world/world_parts.h"
#include "bench/generator.h"

namespace acl::bench {

// The type of every resource.
constexpr char kResourceType[] = "project";
// The id of the workspace.
constexpr char kWorkspace[] = "bench";

// The reference of a grant's target: `user:usr-0000000000000001`, `default`.
std::string TargetReference(const PlainGrant& grant);

// The name of a role from 0 (none) to 4.
const char* RoleWord(uint32_t role);

// Returns a source that produces the world once, in parts of some thousand
// items. The number of principals per resource is not limited.
WorldSource SourceOf(const Generator& world);

}  // namespace acl::bench

#endif  // BENCH_WORLD_SOURCE_H_
