// The interface that puts records in order and makes them durable. A folder
// implements it (journal.h); a database could. Internal.
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

// Accepts records in one order, and reports when they are durable. Thread-safe.
class ChangeLog {
 public:
  // The outcome of records, in a form that many threads can share.
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
  // Records that become durable together, or fail together. Private to the log.
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

  // Appends a record after all that were accepted before. It was decided on the
  // outcome of `on` (null: on what is durable): if that has failed, the record
  // is not accepted and the refusal of `on` is returned, as are the errors that
  // Await() reports for the log as a whole. LIMIT: the record is too large.
  virtual absl::StatusOr<Ticket> Append(std::string record,
                                        const Ticket& on) = 0;

  // Returns when the ticket's records are durable, or have failed for good,
  // together with all that were accepted after them. DISK_FULL, FILE_ACCESS:
  // none of them was written, and later ones may succeed. OUTCOME_UNKNOWN: they
  // may be there once the log is opened again; until then no record is
  // accepted.
  virtual absl::Status Await(const Ticket& ticket) = 0;
};

}  // namespace acl

#endif  // ACL_JOURNAL_CHANGE_LOG_H_
