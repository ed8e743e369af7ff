// The records that an engine writes to its journal, one for each accepted call,
// and how they are read back. Internal; proto/acl/v1/journal.proto has the
// messages.
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

// The record of a change has the time of the request; all other records have
// the time at which they are made. `state` is the state after the change or,
// for a removal, the last one.
std::string ChangeRecordOf(const State& state, const Actor& actor,
                           const std::vector<Change>& changes,
                           const ChangeOptions& options, const Receipt& receipt,
                           absl::Time time);
std::string AdditionRecordOf(const State& state, const Actor& actor);
std::string RemovalRecordOf(const State& state, const Actor& actor);

// All records of an import, in order. An error from `sink` ends it and is
// returned.
absl::Status ImportRecordsOf(
    const std::vector<State>& states, const Actor& actor,
    absl::FunctionRef<absl::Status(std::string record)> sink);

// A change as it was requested, and its answer.
struct RecordedChange {
  std::string actor;  // as Actor::ToString() returns it
  absl::Time time;
  std::vector<Change> changes;
  ChangeOptions options;  // never a dry run
  Receipt receipt;
};
// REQUIRES: the record is one of a change. JOURNAL_DAMAGED: an engine can't
// have written it.
absl::StatusOr<RecordedChange> ReadChange(const v1::Record& record);

}  // namespace acl

#endif  // ACL_HISTORY_RECORD_H_
