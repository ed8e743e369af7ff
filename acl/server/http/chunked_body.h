// The body of a request with chunked transfer coding. Internal.
#ifndef ACL_SERVER_HTTP_CHUNKED_BODY_H_
#define ACL_SERVER_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace acl {

// Accepts chunks without extensions and trailers, which nobody needs and which
// programs interpret differently. Refuses the body at the first invalid byte.
class ChunkedBody {
 public:
  // The limit of the body, in bytes.
  explicit ChunkedBody(size_t limit) : limit_(limit) {}

  enum class State { kMore, kDone, kMalformed, kTooLong };
  // Removes the body's bytes from the front of `bytes` and appends the decoded
  // contents to `body`, which must be empty at the first call. REQUIRES: the
  // previous result, if any, was kMore.
  State Read(absl::string_view* bytes, std::string* body);

  // What was wrong, after kMalformed.
  absl::string_view fault() const { return fault_; }

 private:
  enum class Step { kSize, kSizeLf, kData, kDataCr, kDataLf, kLastCr, kLastLf };

  State Take(char c, size_t body_bytes);
  State TakeDigit(char c);
  State Fault(absl::string_view fault);

  const size_t limit_;
  Step step_ = Step::kSize;
  uint64_t size_ = 0;  // of the chunk; then the rest of it
  int digits_ = 0;
  absl::string_view fault_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_CHUNKED_BODY_H_
