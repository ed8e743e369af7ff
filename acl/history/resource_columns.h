// Reads the resources of chunks with their grants. Internal.
#ifndef ACL_HISTORY_RESOURCE_COLUMNS_H_
#define ACL_HISTORY_RESOURCE_COLUMNS_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/directory/directory.h"
#include "acl/directory/id_index.h"
#include "acl/history/chunk_columns.h"
#include "acl/store/draft.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Resources are most of a workspace. A batch is processed at a time, so that
// their cache misses overlap.
class ResourceColumnReader {
 public:
  // Adds all of them to the draft, which already has everyone who can have a
  // grant.
  absl::Status Add(const v1::ResourceColumns& columns, Draft* draft);

 private:
  // A resource whose type is in the table and whose id is well-formed.
  struct Named {
    ResourceRef id;
    uint64_t hash;
    IdIndex::Path path;
    decltype(Directory::principals)::Path creator;
  };
  // The rest of a resource, as the columns have it.
  struct Row {
    absl::string_view name;
    uint32_t creator;
    uint8_t baseline;
    absl::Span<const uint32_t> grants;
  };

  static absl::Status CheckColumns(const v1::ResourceColumns& columns,
                                   const State& state);
  // Reads the names of the rows from `begin` to `end`.
  absl::Status ReadNames(const v1::ResourceColumns& columns, int begin, int end,
                         const State& state, TextColumn* ids);
  absl::Status AddOne(const Named& named, const Row& row, Draft* draft);
  // Fills grants_ with those of a resource.
  absl::Status ReadGrants(absl::Span<const uint32_t> entries, TargetKey creator,
                          const State& state);

  std::vector<Named> names_;
  std::vector<TargetGrant> grants_;
};

}  // namespace acl

#endif  // ACL_HISTORY_RESOURCE_COLUMNS_H_
