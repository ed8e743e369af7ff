// Turns the bytes of a connection into requests. No sockets and no clock.
// Internal.
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

// Limits in bytes.
struct RequestLimits {
  size_t header = size_t{16} << 10;  // first line, headers and the empty line
  size_t target = size_t{8} << 10;
  size_t body = size_t{1} << 20;
};

// A request with more headers than this is refused.
constexpr size_t kMaxHeaders = 100;

// Reads HTTP/1.1 and HTTP/1.0, and refuses everything that two programs in a
// chain could interpret differently: line ends other than CRLF, folded lines,
// control characters, misplaced white space, a length that is repeated or
// combined with chunks, transfer codings other than `chunked`, chunk
// extensions, trailers, and HTTP/1.1 requests without exactly one Host.
//
// Besides the request it uses no more memory than the header limit.
class RequestReader {
 public:
  explicit RequestReader(const RequestLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class State {
    kBetween,  // nothing of a request has arrived
    kHeader,   // a part of its header
    kBody,     // the header and a part of the body
    kDone,     // a request is complete; nothing after it is examined
    kRefused   // refused; there will be no further request
  };
  State state() const { return state_; }

  // The buffer for the next bytes; never empty. REQUIRES: kBetween, kHeader or
  // kBody; after Take() call Added(0) first.
  absl::Span<char> Room();
  // Call after putting `bytes` bytes there. With 0 it continues with the bytes
  // that followed the previous request. REQUIRES: kBetween, kHeader or kBody.
  void Added(size_t bytes);

  // Whether the client waits for `100 Continue` before it sends the body.
  // Returns true only once.
  bool TakeExpectation();

  struct Incoming {
    HttpRequest request;  // without `peer`
    bool keep_alive = false;
    bool http_1_0 = false;
  };
  // Returns the request; the state becomes kBetween. REQUIRES: kDone.
  Incoming Take();

  // Whether bytes have arrived that belong to no request so far.
  bool HasMore() const { return begin_ != end_; }

  // For kRefused: one of the statuses of HttpHandler::Refusal().
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
  // Refuses the request if the parser found a fault.
  template <class ErrorCode>
  bool RefuseIfFailed(const ErrorCode& ec);
  void Refuse(int status, absl::string_view message);

  const RequestLimits limits_;
  State state_ = State::kBetween;
  // Bytes from begin_ to end_ have arrived but are not consumed yet.
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::unique_ptr<LineScanner> scanner_;
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<ChunkedBody> chunks_;  // null: the body has
  size_t length_ = 0;                    // this many bytes
  int refused_status_ = 0;
  std::string refused_message_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_REQUEST_READER_H_
