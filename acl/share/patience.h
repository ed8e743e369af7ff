// Polls the caller of an explanation for cancellation. Internal; the public
// interface is acl/engine.h.
#ifndef ACL_SHARE_PATIENCE_H_
#define ACL_SHARE_PATIENCE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "acl/base/fault.h"
#include "acl/share/explanation.h"

namespace acl {

class Patience {
 public:
  // `options` must outlive this.
  explicit Patience(const ExplainOptions& options) : options_(options) {}

  // OK, or CANCELLED_BY_CALLER once the caller has cancelled.
  absl::Status Check() {
    if (ended_.ok() && options_.cancelled && options_.cancelled()) {
      ended_ = Refuse(v1::CANCELLED_BY_CALLER,
                      "the caller cancelled the explanation");
    }
    return ended_;
  }
  // Called for every row. Polls once in 256 calls.
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
