#include "acl/server/http/chunked_body.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace acl {
namespace {

constexpr int kMaxDigits = 16;

}  // namespace

ChunkedBody::State ChunkedBody::Read(absl::string_view* bytes,
                                     std::string* body) {
  while (!bytes->empty()) {
    if (step_ == Step::kData) {
      const size_t taken =
          static_cast<size_t>(std::min<uint64_t>(size_, bytes->size()));
      body->append(bytes->data(), taken);
      bytes->remove_prefix(taken);
      size_ -= taken;
      if (size_ == 0) step_ = Step::kDataCr;
      continue;
    }
    const char c = bytes->front();
    bytes->remove_prefix(1);
    if (const State state = Take(c, body->size()); state != State::kMore) {
      return state;
    }
  }
  return State::kMore;
}

ChunkedBody::State ChunkedBody::Take(char c, size_t body_bytes) {
  switch (step_) {
    case Step::kSize:
      return TakeDigit(c);
    case Step::kSizeLf:
      if (c != '\n') return Fault("the length of a chunk");
      if (size_ > limit_ - body_bytes) return State::kTooLong;
      step_ = size_ == 0 ? Step::kLastCr : Step::kData;
      return State::kMore;
    case Step::kDataCr:
      if (c != '\r') return Fault("the end of a chunk");
      step_ = Step::kDataLf;
      return State::kMore;
    case Step::kDataLf:
      if (c != '\n') return Fault("the end of a chunk");
      step_ = Step::kSize;
      digits_ = 0;
      return State::kMore;
    case Step::kLastCr:
      if (c != '\r') return Fault("a trailer, and none is taken");
      step_ = Step::kLastLf;
      return State::kMore;
    case Step::kLastLf:
      return c == '\n' ? State::kDone : Fault("the end of the last chunk");
    case Step::kData:
      break;
  }
  return State::kMore;
}

ChunkedBody::State ChunkedBody::TakeDigit(char c) {
  if (absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
    if (digits_ == kMaxDigits) return Fault("the length of a chunk");
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    size_ = size_ * 16 + static_cast<uint64_t>(digit);
    ++digits_;
    return State::kMore;
  }
  if (c == ';') return Fault("a chunk extension, and none is taken");
  if (c != '\r' || digits_ == 0) return Fault("the length of a chunk");
  step_ = Step::kSizeLf;
  return State::kMore;
}

ChunkedBody::State ChunkedBody::Fault(absl::string_view fault) {
  fault_ = fault;
  return State::kMalformed;
}

}  // namespace acl
