// Properties of every world that can be read, in any encoding.
#ifndef TESTS_FUZZ_WORLD_ROUND_TRIP_H_
#define TESTS_FUZZ_WORLD_ROUND_TRIP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "acl/encoding/encoding.h"
#include "acl/engine.h"

namespace acl::fuzz {

// Aborts the program with a message if `holds` is false.
void Require(bool holds, const char* what);

// If the bytes are a world, checks that it survives a round trip through every
// encoding.
void RoundTrip(Encoding encoding, absl::string_view bytes);

// The same for the engine's world.
void RoundTrip(const Engine& engine);

// An in-memory folder for this process's files, removed at the end.
const std::string& ScratchFolder();

// Makes a small world for questions and changes: a workspace `w` with users, a
// service account, keys, nested groups and resources.
void MakeSmallWorld(Engine* engine);

}  // namespace acl::fuzz

#endif  // TESTS_FUZZ_WORLD_ROUND_TRIP_H_
