// Resolves the actors of a history: the owners of keys and e-mail addresses at
// the time. Internal.
#ifndef ACL_AUDIT_HISTORY_ACTORS_H_
#define ACL_AUDIT_HISTORY_ACTORS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/history/replay.h"
#include "acl/journal/file_system.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// Follows a history record by record, with the workspaces as they were then.
class HistoryActors {
 public:
  // Records from `first` on are available. If `first` is not the first record
  // of all, starts from the oldest sound checkpoint, and uses its state also
  // for the records from `first` up to it. FILE_ACCESS, FILE_MALFORMED.
  static absl::StatusOr<HistoryActors> Open(const std::string& folder,
                                            uint64_t first, FileSystem* files);

  // Whether the actor of a record is a key or an e-mail address of `principal`
  // (`user:ID`, `service_account:ID` or `email:ADDRESS`) in the state before
  // the record. False for records that add workspaces, which have no members
  // yet.
  bool ActedFor(const v1::Record& record, const std::string& principal);

  // Advances past a record. JOURNAL_DAMAGED.
  absl::Status Pass(uint64_t sequence, const v1::Record& record);

 private:
  HistoryActors() = default;

  std::unique_ptr<Replay> replay_;
  uint64_t begin_ = 0;  // the record of the state it started from
};

}  // namespace acl

#endif  // ACL_AUDIT_HISTORY_ACTORS_H_
