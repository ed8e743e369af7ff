// The changes of a record, one at a time. Internal.
#ifndef ACL_HISTORY_RECORD_CHANGES_H_
#define ACL_HISTORY_RECORD_CHANGES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// The changes of a message, or those that SplitRecord() left encoded: a million
// changes take ten times as much memory as messages than as bytes. Not
// thread-safe.
class RecordChanges {
 public:
  // REQUIRES: `record` outlives this.
  explicit RecordChanges(const v1::ChangeRecord* record) : record_(record) {}
  // REQUIRES: the bytes outlive this.
  explicit RecordChanges(std::vector<absl::string_view> bytes)
      : bytes_(std::move(bytes)) {}

  size_t size() const;

  // The change at `i`; null if its bytes are not well-formed. Valid until the
  // next call. REQUIRES: i < size().
  const v1::Change* Get(size_t i);

 private:
  const v1::ChangeRecord* record_ = nullptr;
  std::vector<absl::string_view> bytes_;
  std::optional<v1::Change> change_;
};

// Splits an encoded v1::Record into its changes, which are views of `record`,
// and the rest, which is also an encoded v1::Record. False if the bytes are
// found not to be well-formed; they are only checked as far as splitting
// requires. O(bytes).
bool SplitRecord(absl::string_view record, std::string* rest,
                 std::vector<absl::string_view>* changes);

}  // namespace acl

#endif  // ACL_HISTORY_RECORD_CHANGES_H_
