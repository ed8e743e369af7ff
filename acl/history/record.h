// What an engine writes into its journal, one record for each thing that was
// accepted, and what a record says. Internal; proto/acl/v1/journal.proto has
// the messages.
#ifndef ACL_HISTORY_RECORD_H_
#define ACL_HISTORY_RECORD_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/share/receipt.h"
#include "acl/share/request.h"
#include "acl/store/state.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// A change has the time at which it was asked for, the rest the one at which
// the record is made. `state` is the one that comes
// of it, or, of a removal, the last one.
std::string ChangeRecordOf(const State& state, const Actor& actor,
                           const std::vector<Change>& changes,
                           const ChangeOptions& options, const Receipt& receipt,
                           absl::Time time);
std::string AdditionRecordOf(const State& state, const Actor& actor);
std::string RemovalRecordOf(const State& state, const Actor& actor);

// All records of an import, in their order. What is not OK from `sink` ends it
// and comes back.
absl::Status ImportRecordsOf(
    const std::vector<State>& states, const Actor& actor,
    absl::FunctionRef<absl::Status(std::string record)> sink);

// A change as it was called, and what it answered.
struct RecordedChange {
  std::string actor;  // as Actor::ToString() gives it
  absl::Time time;
  std::vector<Change> changes;
  ChangeOptions options;  // never a dry run
  Receipt receipt;
};
// REQUIRES: the record is one of a change. JOURNAL_DAMAGED: it is not one that
// was written.
absl::StatusOr<RecordedChange> ReadChange(const v1::Record& record);

}  // namespace acl

#endif  // ACL_HISTORY_RECORD_H_
