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

// Those of a message, or those that SplitRecord() left as bytes: as messages,
// a million changes take ten times the memory of their bytes. Not thread-safe.
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

// Splits the bytes of a v1::Record into its changes, which are parts of
// `record`, and all the rest, which is a v1::Record, too. False if the bytes
// are not well-formed as far as that takes looking at them. O(bytes).
bool SplitRecord(absl::string_view record, std::string* rest,
                 std::vector<absl::string_view>* changes);

}  // namespace acl

#endif  // ACL_HISTORY_RECORD_CHANGES_H_
