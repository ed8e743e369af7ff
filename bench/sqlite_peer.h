// The same world in an in-memory SQLite database, queried with one prepared
// statement.
#ifndef BENCH_SQLITE_PEER_H_
#define BENCH_SQLITE_PEER_H_

#include <sqlite3.h>

#include <cstdint>

#include "absl/strings/string_view.h"
#include "bench/generator.h"

namespace acl::bench {

// Two tables, both clustered by their keys: grants by resource and principal,
// members by user. Nested memberships are stored flattened, so that one join is
// enough.
class SqlitePeer {
 public:
  explicit SqlitePeer(const Generator& world);
  ~SqlitePeer();
  SqlitePeer(const SqlitePeer&) = delete;
  SqlitePeer& operator=(const SqlitePeer&) = delete;

  // The effective role, from 0 to 4.
  uint32_t RoleOf(absl::string_view user, absl::string_view resource) const;

 private:
  void Run(const char* sql);
  sqlite3_stmt* Prepare(const char* sql);
  void Fill(const Generator& world);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* question_ = nullptr;
};

}  // namespace acl::bench

#endif  // BENCH_SQLITE_PEER_H_
