// Valid random worlds, whose ids contain all kinds of characters.
#ifndef TESTS_WORLD_RANDOM_WORLD_H_
#define TESTS_WORLD_RANDOM_WORLD_H_

#include <cstdint>

#include "proto/acl/v1/world.pb.h"

namespace acl {

// The world for a seed: 1 to 3 workspaces, each with up to a dozen users,
// service accounts, keys, nested groups and resources.
v1::World RandomWorld(uint64_t seed);

}  // namespace acl

#endif  // TESTS_WORLD_RANDOM_WORLD_H_
