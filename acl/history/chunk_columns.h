// Untrusted columns of chunks. Internal.
#ifndef ACL_HISTORY_CHUNK_COLUMNS_H_
#define ACL_HISTORY_CHUNK_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/directory/directory.h"
#include "acl/directory/target_key.h"
#include "acl/history/damaged.h"
#include "proto/acl/v1/journal.pb.h"

namespace acl {

// OK if a column has an entry for each row. `column` is its name for messages.
inline absl::Status CheckColumn(absl::string_view column, size_t entries,
                                size_t rows) {
  if (entries == rows) return absl::OkStatus();
  return Damaged("column `", column, "` has ", entries, " entries for ", rows,
                 " rows");
}

// The same for texts, of which the last may be omitted: OK if they cover all
// the bytes.
inline absl::Status CheckColumn(absl::string_view column,
                                const v1::Texts& texts, size_t rows) {
  if (static_cast<size_t>(texts.lengths_size()) > rows) {
    return CheckColumn(column, static_cast<size_t>(texts.lengths_size()), rows);
  }
  uint64_t bytes = 0;
  for (const uint32_t length : texts.lengths()) bytes += length;
  if (bytes == texts.bytes().size()) return absl::OkStatus();
  return Damaged("column `", column, "` has ", texts.bytes().size(),
                 " bytes for texts of ", bytes);
}

// OK if the store has enough unused numbers for `more` things of a kind.
inline absl::Status CheckNumbersLeft(absl::string_view things, uint32_t next,
                                     size_t more) {
  if (more <= kMaxTargetNumber - next) return absl::OkStatus();
  return Damaged("there are ", uint64_t{next} + more, " ", things,
                 ", more than ", kMaxTargetNumber);
}

// Iterates over the texts of a column. REQUIRES: CheckColumn().
class TextColumn {
 public:
  // `texts` must outlive what Next() returns.
  explicit TextColumn(const v1::Texts& texts) : texts_(texts) {}

  absl::string_view Next() {
    if (next_ == texts_.lengths_size()) return {};
    const uint32_t size = texts_.lengths(next_++);
    const absl::string_view text(texts_.bytes().data() + at_, size);
    at_ += size;
    return text;
  }

 private:
  const v1::Texts& texts_;
  int next_ = 0;
  size_t at_ = 0;
};

// How columns encode members and the targets of grants: a principal's number
// times two, or a group's times two plus one.
struct TargetColumnEntry {
  uint32_t target;

  bool group() const { return (target & 1) != 0; }
  uint32_t number() const { return target >> 1; }
  bool IsIn(const Directory& directory) const {
    return number() <
           (group() ? directory.next_group : directory.next_principal);
  }
  TargetKey key() const {
    return group() ? GroupKey(number()) : PrincipalKey(number());
  }
  // For messages.
  std::string ToString() const {
    return absl::StrCat(group() ? "group " : "principal ", number());
  }
};

}  // namespace acl

#endif  // ACL_HISTORY_CHUNK_COLUMNS_H_
