// A world file into an engine, with faults that name their places. A public
// header.
#ifndef ACL_AUDIT_WORLD_IMPORT_H_
#define ACL_AUDIT_WORLD_IMPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "acl/encoding/places.h"
#include "acl/engine.h"
#include "acl/world/world_file.h"

namespace acl {

// Reads a world file (acl/world/world_file.h) and imports it as the system.
// FILE_ACCESS; FILE_MALFORMED with a line for each fault: `FILE:LINE: PATH:
// what`, in JSON and binary form `FILE: PATH: what`. After a refusal the engine
// is as it was.
absl::Status ImportWorldFile(const std::string& path, Engine* engine,
                             ProgressSink progress = nullptr);

// Faults of Engine::Import() as such a refusal. REQUIRES: not empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults,
                       const Places& places);

}  // namespace acl

#endif  // ACL_AUDIT_WORLD_IMPORT_H_
