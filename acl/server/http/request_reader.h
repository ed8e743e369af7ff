// The bytes of a connection become requests. No sockets and no clock. Internal.
#ifndef ACL_SERVER_HTTP_REQUEST_READER_H_
#define ACL_SERVER_HTTP_REQUEST_READER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/server/http/chunked_body.h"
#include "acl/server/http/message.h"

namespace acl {

// In bytes.
struct RequestLimits {
  size_t header = size_t{16} << 10;  // first line, headers and the empty line
  size_t target = size_t{8} << 10;
  size_t body = size_t{1} << 20;
};

// A header beyond this many is refused.
constexpr size_t kMaxHeaders = 100;

// Reads HTTP/1.1 and HTTP/1.0, and refuses all that two programs in a row could
// read differently: line ends other than CRLF, folded lines, control
// characters, white space where none belongs, a length that is given twice or
// beside chunks, transfer codings other than `chunked`, chunk extensions,
// trailers, and everything in HTTP/1.1 without exactly one Host.
//
// Beside the request it takes no more memory than the limit of a header.
class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class State {
    kBetween,  // nothing of a request has come
    kHeader,   // a part of its header
    kBody,     // the header and a part of the body
    kDone,     // there is a request; nothing behind it is looked at
    kRefused   // there is none, and there won't be one
  };
  State state() const { return state_; }

  // Where the next bytes go; never empty. REQUIRES: kBetween, kHeader or kBody,
  // and after Take() an Added(0).
  absl::Span<char> Room();
  // So many bytes were put there. With 0 it goes on with what came behind the
  // request before. REQUIRES: kBetween, kHeader or kBody.
  void Added(size_t bytes);

  // Whether the client sends the body only after `100 Continue`. Once: asking
  // makes it so no longer.
  bool TakeExpectation();

  struct Incoming {
    HttpRequest request;  // without `peer`
    bool keep_alive = false;
    bool http_1_0 = false;
  };
  // The request; then kBetween. REQUIRES: kDone.
  Incoming Take();

  // Whether bytes have come that belong to no request so far.
  bool HasMore() const { return begin_ != end_; }

  // Of kRefused. The status is one of those of HttpHandler::Refusal().
  int refused_status() const { return refused_status_; }
  const std::string& refused_message() const { return refused_message_; }

 private:
  class Parser;
  class LineScanner;

  absl::string_view Unread() const {
    return absl::string_view(buffer_.get() + begin_, end_ - begin_);
  }
  void Grow(size_t capacity);
  void ReadHeader();
  void ReadBody();
  // By what the parser found wrong, if anything.
  template <class ErrorCode>
  bool RefuseIfFailed(const ErrorCode& ec);
  void Refuse(int status, absl::string_view message);

  const RequestLimits limits_;
  State state_ = State::kBetween;
  // What came and was not read yet is from begin_ to end_.
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::unique_ptr<LineScanner> scanner_;
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<ChunkedBody> chunks_;  // null: the body has
  size_t length_ = 0;                    // so many bytes
  int refused_status_ = 0;
  std::string refused_message_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_REQUEST_READER_H_
