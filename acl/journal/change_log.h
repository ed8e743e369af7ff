// Where records are put in order and made durable: in a folder (journal.h), one
// day in a database. Internal.
#ifndef ACL_JOURNAL_CHANGE_LOG_H_
#define ACL_JOURNAL_CHANGE_LOG_H_

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/fault.h"

namespace acl {

// Takes records in one order, and tells when they are durable. Thread-safe.
class ChangeLog {
 public:
  // What became of records, to tell to many threads.
  struct Outcome {
    Outcome() = default;
    explicit Outcome(const absl::Status& status)
        : ok(status.ok()), fault(FaultOf(status)), message(status.message()) {}
    absl::Status status() const {
      return ok ? absl::OkStatus() : Refuse(fault, message);
    }
    bool ok = true;
    Fault fault = v1::FAULT_UNSPECIFIED;
    std::string message;
  };
  // Records that become durable in one go, or fail together. Of the log alone.
  struct Batch {
    std::vector<std::string> records;
    size_t bytes = 0;
    bool settled = false;
    Outcome outcome;                  // once it is settled
    std::condition_variable changed;  // it is settled, or nobody writes
  };
  // The place of a record in the order.
  using Ticket = std::shared_ptr<Batch>;

  virtual ~ChangeLog() = default;

  // Puts a record behind all that were taken before. It was decided on the
  // outcome of `on` (null: on what is durable): if that has failed, nothing is
  // taken, and its refusal comes back, as does what Await() says of the log as
  // a whole. LIMIT: the record is too large.
  virtual absl::StatusOr<Ticket> Append(std::string record,
                                        const Ticket& on) = 0;

  // Returns when the ticket's records are durable, or have failed for good:
  // with them all that were taken behind them.
  // DISK_FULL, FILE_ACCESS: none of them is there, and later ones may succeed.
  // OUTCOME_UNKNOWN: they may be there once the log is opened again; until then
  // nothing is taken any more.
  virtual absl::Status Await(const Ticket& ticket) = 0;
};

}  // namespace acl

#endif  // ACL_JOURNAL_CHANGE_LOG_H_
