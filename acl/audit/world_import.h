// A world file into an engine, with faults that name their places; and worlds
// from wherever they are kept. A public header.
#ifndef ACL_AUDIT_WORLD_IMPORT_H_
#define ACL_AUDIT_WORLD_IMPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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
// The same from whatever OpenWorld() takes.
absl::Status ImportWorld(const std::string& path, Engine* engine,
                         ProgressSink progress = nullptr);

// Whether a folder is there: what is not is taken for a world file.
bool IsFolder(const std::string& path);

// OK if there is a journal in the folder; else FILE_MALFORMED. FILE_ACCESS.
absl::Status CheckJournalFolder(const std::string& folder);

// Where a world is: a file or a journal's folder, and of a folder as of when,
// in the words of Moment::Parse(); empty: now.
struct WorldPlace {
  std::string path;
  std::string at;
};
// Reads `PATH` or `FOLDER@MOMENT`. A path may have an `@` in it: what is there
// as a whole is a path.
WorldPlace ReadWorldPlace(const std::string& text);

// An engine in memory with the world of a file, or with that of a journal's
// folder as it was `at` a moment, in the words of Moment::Parse(); empty: as
// ReadWorldPlace() says. A revision is that of `workspace`, or of the only one
// where that is empty.
// Writes nothing. As ImportWorldFile() and Engine::OpenAt(); MALFORMED for a
// moment of a file, which has no history.
absl::StatusOr<std::unique_ptr<Engine>> OpenWorld(
    const std::string& path, absl::string_view at, absl::string_view workspace,
    ProgressSink progress = nullptr);

// Faults of Engine::Import() as such a refusal. REQUIRES: not empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults,
                       const Places& places);

}  // namespace acl

#endif  // ACL_AUDIT_WORLD_IMPORT_H_
