// Reads change files (docs/change_files.md) for `acl apply`.
#ifndef ACL_CLI_CHANGE_FILE_H_
#define ACL_CLI_CHANGE_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/encoding/places.h"
#include "acl/engine.h"

namespace acl::cli {

struct ChangeFile {
  // Empty if the file names none; for an added workspace, its id.
  std::string workspace;
  std::optional<Revision> expected_revision;
  // At most one of the three is set.
  std::vector<Change> changes;
  std::optional<v1::Workspace> add_workspace;  // with its id
  bool remove_workspace = false;
  // The places of the file's contents.
  Places places;
};

// FILE_ACCESS; FILE_MALFORMED, or the fault of the first change that is not
// well-formed. The message has one line with its place for each fault.
absl::StatusOr<ChangeFile> ReadChangeFile(const std::string& path);

// Prefixes a refusal of the call with what it is about: an option, or a place
// in the file. Faults of the system are returned unchanged.
absl::Status Located(const absl::Status& refusal, const ChangeFile& file);

}  // namespace acl::cli

#endif  // ACL_CLI_CHANGE_FILE_H_
