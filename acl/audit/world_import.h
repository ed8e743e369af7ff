// Imports a world file into an engine, with faults that name their places, and
// opens worlds from files and folders. A public header.
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
// is unchanged.
absl::Status ImportWorldFile(const std::string& path, Engine* engine,
                             ProgressSink progress = nullptr);
// The same from anything that OpenWorld() accepts.
absl::Status ImportWorld(const std::string& path, Engine* engine,
                         ProgressSink progress = nullptr);

// Whether `path` is an existing folder; anything else is treated as a world
// file.
bool IsFolder(const std::string& path);

// OK if there is a journal in the folder; else FILE_MALFORMED. FILE_ACCESS.
absl::Status CheckJournalFolder(const std::string& folder);

// The place of a world: a file, or a journal's folder and the moment, in the
// syntax of Moment::Parse(); empty: now.
struct WorldPlace {
  std::string path;
  std::string at;
};
// Parses `PATH` or `FOLDER@MOMENT`. A path may contain `@`: if the whole text
// exists as a path, it is one.
WorldPlace ReadWorldPlace(const std::string& text);

// An in-memory engine with the world of a file, or with that of a journal's
// folder at the moment `at`, in the syntax of Moment::Parse(); if that is
// empty, `path` is parsed by ReadWorldPlace(). A revision is that of
// `workspace`, or of the only workspace if that is empty. Writes nothing.
// Errors are those of ImportWorldFile() and Engine::OpenAt(); MALFORMED for a
// moment of a file, which has no history.
absl::StatusOr<std::unique_ptr<Engine>> OpenWorld(
    const std::string& path, absl::string_view at, absl::string_view workspace,
    ProgressSink progress = nullptr);

// Combines the faults of Engine::Import() into one refusal, as
// ImportWorldFile() does. REQUIRES: not empty.
absl::Status AsRefusal(const std::vector<WorldFault>& faults,
                       const Places& places);

}  // namespace acl

#endif  // ACL_AUDIT_WORLD_IMPORT_H_
