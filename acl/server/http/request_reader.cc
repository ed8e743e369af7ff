#include "acl/server/http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace acl {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
// The most that a request line may have in addition to the target.
constexpr size_t kMethodAndVersionBytes = 64;
constexpr size_t kFirstBufferBytes = 2048;
constexpr size_t kIdleBufferBytes = 4096;
// How much is reserved for a body before any of it has arrived.
constexpr size_t kFirstBodyBytes = size_t{64} << 10;

absl::string_view View(boost::beast::string_view text) {
  return absl::string_view(text.data(), text.size());
}

std::string LongTarget(const RequestLimits& limits) {
  return absl::StrCat("the target has more than ", limits.target, " bytes");
}

std::string LongBody(const RequestLimits& limits) {
  return absl::StrCat("the body has more than ", limits.body, " bytes");
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// The index of a header that must not be repeated; -1 for other headers.
int SingleHeader(http::field name) {
  constexpr http::field kSingle[] = {
      http::field::authorization, http::field::content_length,
      http::field::content_type,  http::field::expect,
      http::field::host,          http::field::transfer_encoding};
  const auto* const found =
      std::find(std::begin(kSingle), std::end(kSingle), name);
  return found == std::end(kSingle) ? -1 : static_cast<int>(found - kSingle);
}

}  // namespace

// Finds the end of a header, and checks its lines on the way. The parser would
// accept folded lines, and reports nothing before a line is complete.
class RequestReader::LineScanner {
 public:
  enum class Found { kNothing, kEnd, kFault, kLongLine };

  // The first line may have up to this many bytes.
  explicit LineScanner(size_t first_line) : first_line_(first_line) {}

  // `header` is everything that has arrived of it, more with each call.
  Found Scan(absl::string_view header) {
    for (; scanned_ < header.size(); ++scanned_) {
      const auto c = static_cast<unsigned char>(header[scanned_]);
      if (after_cr_ != (c == '\n')) {
        return Fault("a line that ends otherwise than in CRLF");
      }
      if (c == '\n') {
        after_cr_ = false;
        if (!line_empty_) {
          line_empty_ = true;
          ++lines_;
          continue;
        }
        if (lines_ == 0) return Fault("an empty line before it");
        ++scanned_;
        return Found::kEnd;
      }
      after_cr_ = c == '\r';
      if (after_cr_) continue;
      if (line_empty_ && (c == ' ' || c == '\t')) {
        return Fault("a line that begins with white space");
      }
      if (c != '\t' && absl::ascii_iscntrl(c)) {
        return Fault("a control character");
      }
      line_empty_ = false;
      if (lines_ == 0 && scanned_ == first_line_) return Found::kLongLine;
    }
    return Found::kNothing;
  }

  size_t scanned() const { return scanned_; }
  bool in_first_line() const { return lines_ == 0; }
  absl::string_view fault() const { return fault_; }

 private:
  Found Fault(absl::string_view fault) {
    fault_ = fault;
    return Found::kFault;
  }

  const size_t first_line_;
  size_t scanned_ = 0;
  size_t lines_ = 0;  // not counting the current one
  bool line_empty_ = true;
  bool after_cr_ = false;
  absl::string_view fault_;
};

// Beast's parser implements the grammar of headers; this class refuses what it
// tolerates, and stores the result.
class RequestReader::Parser : public http::basic_parser<true> {
 public:
  explicit Parser(const RequestLimits& limits) : limits_(limits) {
    header_limit(static_cast<uint32_t>(limits.header));
    body_limit(limits.body);
  }

  Incoming incoming;
  bool expects_continue = false;
  // Set if the refusal is ours.
  int status = 0;
  std::string message;

 private:
  // Whatever code the parser gets, `status` is what counts.
  void Stop(int with, absl::string_view words, error_code& ec) {
    status = with;
    message = std::string(words);
    ec = http::error::bad_value;
  }

  void on_request_impl(http::verb, boost::beast::string_view method,
                       boost::beast::string_view target, int version,
                       error_code& ec) override {
    incoming.request.method = std::string(View(method));
    incoming.request.target = std::string(View(target));
    incoming.http_1_0 = version == 10;
    if (target.size() > limits_.target) {
      Stop(414,
           absl::StrCat("the target has more than ", limits_.target, " bytes"),
           ec);
    }
  }

  void on_field_impl(http::field name, boost::beast::string_view name_string,
                     boost::beast::string_view value, error_code& ec) override {
    auto& headers = incoming.request.headers;
    if (headers.size() == kMaxHeaders) {
      return Stop(431,
                  absl::StrCat("there are more than ", kMaxHeaders, " headers"),
                  ec);
    }
    headers.emplace_back(View(name_string), View(value));
    if (const int single = SingleHeader(name); single >= 0) {
      const unsigned bit = 1u << single;
      if ((seen_ & bit) != 0) {
        return Stop(400,
                    absl::StrCat("malformed request: `",
                                 View(http::to_string(name)), "` comes twice"),
                    ec);
      }
      seen_ |= bit;
    }
    CheckField(name, View(value), ec);
  }

  void CheckField(http::field name, absl::string_view value, error_code& ec) {
    switch (name) {
      case http::field::connection:
        for (const auto& option : http::token_list(
                 boost::beast::string_view(value.data(), value.size()))) {
          close_ |= absl::EqualsIgnoreCase(View(option), "close");
          keep_alive_ |= absl::EqualsIgnoreCase(View(option), "keep-alive");
        }
        return;
      case http::field::content_length:
        // The parser accepts lists of equal numbers.
        if (!IsNumber(value)) {
          Stop(400, "malformed request: `Content-Length` is no number", ec);
        }
        return;
      case http::field::transfer_encoding:
        // The parser accepts any; without a final `chunked` it would look for
        // the next request inside the body.
        if (incoming.http_1_0) {
          Stop(400, "malformed request: `Transfer-Encoding` in HTTP/1.0", ec);
        } else if (!absl::EqualsIgnoreCase(value, "chunked")) {
          Stop(501, "the only transfer coding that is known is `chunked`", ec);
        }
        return;
      case http::field::expect:
        if (!absl::EqualsIgnoreCase(value, "100-continue")) {
          return Stop(417,
                      "the only expectation that is known is "
                      "`100-continue`",
                      ec);
        }
        expects_continue = !incoming.http_1_0;
        return;
      case http::field::host:
        has_host_ = true;
        return;
      default:
        return;
    }
  }

  void on_header_impl(error_code& ec) override {
    if (!has_host_ && !incoming.http_1_0) {
      return Stop(400, "malformed request: no `Host`", ec);
    }
    incoming.keep_alive = !close_ && (keep_alive_ || !incoming.http_1_0);
  }

  // The parser does not read the body.
  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         error_code&) override {}
  size_t on_body_impl(boost::beast::string_view, error_code&) override {
    return 0;
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view,
                            error_code&) override {}
  size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view,
                            error_code&) override {
    return 0;
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, boost::beast::string_view, int,
                        error_code&) override {}

  const RequestLimits& limits_;
  unsigned seen_ = 0;  // a bit for each SingleHeader()
  bool has_host_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
};

RequestReader::RequestReader(const RequestLimits& limits) : limits_(limits) {}

RequestReader::~RequestReader() = default;

void RequestReader::Grow(size_t capacity) {
  std::unique_ptr<char[]> larger(new char[capacity]);
  if (HasMore()) {
    std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
  }
  buffer_ = std::move(larger);
  capacity_ = capacity;
  end_ -= begin_;
  begin_ = 0;
}

absl::Span<char> RequestReader::Room() {
  if (!HasMore()) begin_ = end_ = 0;
  // A body that does not arrive with the header is read in large pieces.
  const size_t wanted = state_ == State::kBody
                            ? limits_.header
                            : std::min(kFirstBufferBytes, limits_.header);
  if (capacity_ < wanted) {
    Grow(wanted);
  } else if (end_ == capacity_ && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else if (end_ == capacity_) {
    // A header as large as the limit has been refused before.
    Grow(std::min(2 * capacity_, limits_.header));
  }
  return absl::MakeSpan(buffer_.get() + end_, capacity_ - end_);
}

void RequestReader::Added(size_t bytes) {
  end_ += bytes;
  if (state_ == State::kBetween && HasMore()) state_ = State::kHeader;
  if (state_ == State::kHeader) ReadHeader();
  if (state_ == State::kBody) ReadBody();
}

template <class ErrorCode>
bool RequestReader::RefuseIfFailed(const ErrorCode& ec) {
  if (parser_->status != 0) {
    Refuse(parser_->status, parser_->message);
  } else if (ec == http::error::body_limit) {
    Refuse(413, LongBody(limits_));
  } else if (ec == http::error::bad_version) {
    Refuse(400, "malformed request: it is not HTTP/1.1 or HTTP/1.0");
  } else if (ec) {
    Refuse(400, absl::StrCat("malformed request: ", ec.message()));
  }
  return state_ == State::kRefused;
}

void RequestReader::ReadHeader() {
  if (scanner_ == nullptr) {
    scanner_ =
        std::make_unique<LineScanner>(limits_.target + kMethodAndVersionBytes);
  }
  switch (scanner_->Scan(Unread())) {
    case LineScanner::Found::kFault:
      return Refuse(400,
                    absl::StrCat("malformed request: ", scanner_->fault()));
    case LineScanner::Found::kLongLine:
      return Refuse(414, LongTarget(limits_));
    case LineScanner::Found::kNothing:
      if (Unread().size() < limits_.header) return;
      return Refuse(scanner_->in_first_line() ? 414 : 431,
                    absl::StrCat("the headers have more than ", limits_.header,
                                 " bytes"));
    case LineScanner::Found::kEnd:
      break;
  }
  const absl::string_view header = Unread().substr(0, scanner_->scanned());
  scanner_ = nullptr;
  parser_ = std::make_unique<Parser>(limits_);
  error_code ec;
  const size_t read =
      parser_->put(boost::asio::const_buffer(header.data(), header.size()), ec);
  if (RefuseIfFailed(ec)) return;
  if (read != header.size() || !parser_->is_header_done()) {
    return Refuse(400, "malformed request");
  }
  begin_ += read;
  if (parser_->is_done()) {
    state_ = State::kDone;
    return;
  }
  state_ = State::kBody;
  if (parser_->chunked()) {
    chunks_ = std::make_unique<ChunkedBody>(limits_.body);
    return;
  }
  length_ = static_cast<size_t>(*parser_->content_length());
  // The announced body may never arrive.
  parser_->incoming.request.body.reserve(std::min(length_, kFirstBodyBytes));
}

void RequestReader::ReadBody() {
  std::string& body = parser_->incoming.request.body;
  absl::string_view unread = Unread();
  bool done = false;
  if (chunks_ == nullptr) {
    const size_t taken = std::min(unread.size(), length_ - body.size());
    body.append(unread.data(), taken);
    unread.remove_prefix(taken);
    done = body.size() == length_;
  } else {
    switch (chunks_->Read(&unread, &body)) {
      case ChunkedBody::State::kMore:
        break;
      case ChunkedBody::State::kDone:
        done = true;
        break;
      case ChunkedBody::State::kMalformed:
        return Refuse(400,
                      absl::StrCat("malformed request: ", chunks_->fault()));
      case ChunkedBody::State::kTooLong:
        return Refuse(413, LongBody(limits_));
    }
  }
  begin_ = end_ - unread.size();
  if (!done) return;
  chunks_ = nullptr;
  state_ = State::kDone;
}

bool RequestReader::TakeExpectation() {
  // A client that sends the body at once did not wait.
  if (state_ != State::kBody || HasMore()) return false;
  return std::exchange(parser_->expects_continue, false) &&
         parser_->incoming.request.body.empty();
}

RequestReader::Incoming RequestReader::Take() {
  Incoming incoming = std::move(parser_->incoming);
  parser_ = nullptr;
  state_ = State::kBetween;
  if (!HasMore()) {
    begin_ = end_ = 0;
    if (capacity_ > kIdleBufferBytes) {
      buffer_ = nullptr;
      capacity_ = 0;
    }
  }
  return incoming;
}

void RequestReader::Refuse(int status, absl::string_view message) {
  state_ = State::kRefused;
  refused_status_ = status;
  refused_message_ = std::string(message);
}

}  // namespace acl
