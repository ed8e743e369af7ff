// For whom the actors of a history acted: whose key it was, and whose e-mail
// address. Internal.
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

// Goes through a history record by record, with the workspaces as they were.
class HistoryActors {
 public:
  // Records from `first` on are there. Where that is not the first of all, it
  // begins with the oldest sound checkpoint, and takes the records up to that
  // for what came right before it. FILE_ACCESS, FILE_MALFORMED.
  static absl::StatusOr<HistoryActors> Open(const std::string& folder,
                                            uint64_t first, FileSystem* files);

  // Whether the actor of a record is a key or an e-mail address of `principal`
  // (`user:ID`, `service_account:ID` or `email:ADDRESS`), as things stand
  // before the record. False for what adds workspaces: nobody is in them yet.
  bool ActedFor(const v1::Record& record, const std::string& principal);

  // Goes behind a record. JOURNAL_DAMAGED.
  absl::Status Pass(uint64_t sequence, const v1::Record& record);

 private:
  HistoryActors() = default;

  std::unique_ptr<Replay> replay_;
  uint64_t begin_ = 0;  // the record that it is as of at first
};

}  // namespace acl

#endif  // ACL_AUDIT_HISTORY_ACTORS_H_
