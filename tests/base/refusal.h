// Checks a refusal's code, fault and words at once.
#ifndef TESTS_BASE_REFUSAL_H_
#define TESTS_BASE_REFUSAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "gtest/gtest.h"

namespace acl {

// Succeeds if `status` is a refusal with this code and fault whose message
// contains `words`.
inline testing::AssertionResult IsRefusal(const absl::Status& status,
                                          absl::StatusCode code, Fault fault,
                                          absl::string_view words) {
  if (status.code() == code && FaultOf(status) == fault &&
      absl::StrContains(status.message(), words)) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure()
         << "got " << status << " with fault "
         << v1::Fault_Name(FaultOf(status)) << ", want "
         << absl::StatusCodeToString(code) << ", " << v1::Fault_Name(fault)
         << " and the words \"" << std::string(words) << "\"";
}

template <class T>
testing::AssertionResult IsRefusal(const absl::StatusOr<T>& result,
                                   absl::StatusCode code, Fault fault,
                                   absl::string_view words) {
  return IsRefusal(result.status(), code, fault, words);
}

}  // namespace acl

#endif  // TESTS_BASE_REFUSAL_H_
