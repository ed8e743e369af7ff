// Asks the caller of an explanation now and then whether to continue. Internal;
// the front door is acl/engine.h.
#ifndef ACL_SHARE_PATIENCE_H_
#define ACL_SHARE_PATIENCE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "acl/base/fault.h"
#include "acl/share/explanation.h"

namespace acl {

class Patience {
 public:
  // `options` has to outlive it.
  explicit Patience(const ExplainOptions& options) : options_(options) {}

  // OK, or CANCELLED_BY_CALLER from the first time the caller says so.
  absl::Status Check() {
    if (ended_.ok() && options_.cancelled && options_.cancelled()) {
      ended_ = Refuse(v1::CANCELLED_BY_CALLER,
                      "the caller cancelled the explanation");
    }
    return ended_;
  }
  // To be called for every row. Asks once in 256 calls.
  bool Heartbeat() {
    return rows_++ % kRowsPerHeartbeat == 0 ? Check().ok() : ended_.ok();
  }
  const absl::Status& ended() const { return ended_; }

 private:
  static constexpr size_t kRowsPerHeartbeat = 256;

  const ExplainOptions& options_;
  absl::Status ended_;
  size_t rows_ = 0;
};

}  // namespace acl

#endif  // ACL_SHARE_PATIENCE_H_
