// The body of a request that comes in chunks. Internal.
#ifndef ACL_SERVER_HTTP_CHUNKED_BODY_H_
#define ACL_SERVER_HTTP_CHUNKED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace acl {

// Takes chunks without extensions and without trailers: nobody needs them, and
// programs differ in what they make of them. Refuses at the first byte that
// does not belong.
class ChunkedBody {
 public:
  // In bytes, of the body.
  explicit ChunkedBody(size_t limit) : limit_(limit) {}

  enum class State { kMore, kDone, kMalformed, kTooLong };
  // Removes from `bytes` what belongs to the body and adds what it holds to
  // `body`, which began empty. REQUIRES: kMore so far.
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
  uint64_t size_ = 0;  // of the chunk; then what is missing of it
  int digits_ = 0;
  absl::string_view fault_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_CHUNKED_BODY_H_
