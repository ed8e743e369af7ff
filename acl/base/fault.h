// Refusals: an absl::Status with a code, words for people, and a fault for
// programs. Part of the public API; begin reading at acl/engine.h.
#ifndef ACL_BASE_FAULT_H_
#define ACL_BASE_FAULT_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/acl/v1/fault.pb.h"

namespace acl {

using v1::Fault;

// Makes the status of a refusal. The code follows from the fault (the table in
// docs/errors.md). `message` is lower case, puts names in backticks and says
// what to do about it.
absl::Status Refuse(Fault fault, absl::string_view message);

// The fault that a status carries; FAULT_UNSPECIFIED if it carries none.
Fault FaultOf(const absl::Status& status);

// The same refusal, attributed to change `index` (from 0) of a batch: the
// message gets the prefix `change N: `, the payload the index. OK stays OK.
absl::Status AtChange(const absl::Status& status, size_t index);

// The index that AtChange() put there, if any.
std::optional<size_t> ChangeIndexOf(const absl::Status& status);

}  // namespace acl

#endif  // ACL_BASE_FAULT_H_
