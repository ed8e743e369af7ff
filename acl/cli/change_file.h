// Change files (docs/change_files.md), read for `acl apply`.
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
  // Empty if the file names none; that of the one that is added.
  std::string workspace;
  std::optional<Revision> expected_revision;
  // At most one of the three says something.
  std::vector<Change> changes;
  std::optional<v1::Workspace> add_workspace;  // with its id
  bool remove_workspace = false;
  // Of what the file says.
  Places places;
};

// FILE_ACCESS; FILE_MALFORMED, or the fault of the first change that is not
// well-formed, with a line for each and its place.
absl::StatusOr<ChangeFile> ReadChangeFile(const std::string& path);

// A refusal of the call with what it is about in front: an option, or a place
// in the file. Faults of the system stay as they are.
absl::Status Located(const absl::Status& refusal, const ChangeFile& file);

}  // namespace acl::cli

#endif  // ACL_CLI_CHANGE_FILE_H_
