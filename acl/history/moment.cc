#include "acl/history/moment.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {

absl::StatusOr<Moment> Moment::Parse(absl::string_view text,
                                     absl::string_view workspace) {
  Moment moment;
  absl::string_view rest = text;
  uint64_t number = 0;
  absl::Time time;
  absl::CivilDay day;
  std::string fault;
  if (absl::ConsumePrefix(&rest, "record:")) {
    if (absl::SimpleAtoi(rest, &number)) {
      moment.record = number;
      return moment;
    }
  } else if (absl::SimpleAtoi(text, &number)) {
    moment.revision = number;
    moment.workspace = std::string(workspace);
    return moment;
  } else if (absl::ParseTime(absl::RFC3339_full, text, &time, &fault)) {
    moment.time = time;
    return moment;
  } else if (absl::ParseCivilTime(text, &day)) {
    // The time stamps of records are in microseconds.
    moment.time =
        absl::FromCivil(day + 1, absl::UTCTimeZone()) - absl::Microseconds(1);
    return moment;
  }
  return Refuse(v1::MALFORMED,
                absl::StrCat(Quoted(text),
                             " is no moment; write a revision (`17`), a record "
                             "(`record:17`), a day (`2026-03-01`) or a time "
                             "(`2026-03-01T12:00:00Z`)"));
}

}  // namespace acl
