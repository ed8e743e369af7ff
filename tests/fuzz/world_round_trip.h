// What holds for every world that can be read, whatever the encoding.
#ifndef TESTS_FUZZ_WORLD_ROUND_TRIP_H_
#define TESTS_FUZZ_WORLD_ROUND_TRIP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "acl/encoding/encoding.h"
#include "acl/engine.h"

namespace acl::fuzz {

// Ends the program with words if `holds` is false.
void Require(bool holds, const char* what);

// If the bytes are a world: it comes back the same through all encodings.
void RoundTrip(Encoding encoding, absl::string_view bytes);

// If the engine has a world: likewise.
void RoundTrip(const Engine& engine);

// A folder in memory for this process's files; it goes away at the end.
const std::string& ScratchFolder();

// A small world to ask and change: one workspace `w` with users, a service
// account, keys, nested groups and resources.
void MakeSmallWorld(Engine* engine);

}  // namespace acl::fuzz

#endif  // TESTS_FUZZ_WORLD_ROUND_TRIP_H_
