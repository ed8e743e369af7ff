// Bytes of a connection, including what two programs might read differently.
// However the bytes are split, the same requests come out, and they respect the
// limits.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "acl/server/http/request_reader.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

constexpr RequestLimits kLimits = {/*header=*/512, /*target=*/64, /*body=*/300};

void CheckRequest(const RequestReader::Incoming& incoming) {
  const HttpRequest& request = incoming.request;
  Require(!request.method.empty() && !request.target.empty(),
          "a request has a method and a target");
  Require(request.target.size() <= kLimits.target, "targets are short");
  Require(request.body.size() <= kLimits.body, "bodies are short");
  Require(request.headers.size() <= kMaxHeaders, "headers are few");
  Require(incoming.http_1_0 || request.Header("host") != nullptr,
          "HTTP/1.1 has a host");
  Require(request.Header("content-length") == nullptr ||
              request.Header("transfer-encoding") == nullptr,
          "a body has one length");
  for (const auto& [name, value] : request.headers) {
    for (const char c : absl::StrCat(name, value)) {
      Require(c == '\t' || !absl::ascii_iscntrl(static_cast<unsigned char>(c)),
              "no header has control characters");
    }
  }
}

// Everything that can be observed.
std::string Read(absl::string_view bytes, size_t piece) {
  RequestReader reader(kLimits);
  std::string seen;
  for (;;) {
    if (reader.state() == RequestReader::State::kDone) {
      const RequestReader::Incoming incoming = reader.Take();
      CheckRequest(incoming);
      absl::StrAppend(&seen, incoming.request.method, " ",
                      incoming.request.target, incoming.http_1_0,
                      incoming.keep_alive, "\n");
      for (const auto& [name, value] : incoming.request.headers) {
        absl::StrAppend(&seen, name, ":", value, "\n");
      }
      absl::StrAppend(&seen, incoming.request.body, "\n");
      reader.Added(0);
      continue;
    }
    if (bytes.empty() || reader.state() == RequestReader::State::kRefused) {
      break;
    }
    const absl::Span<char> room = reader.Room();
    Require(!room.empty(), "there is room for the next bytes");
    const size_t size = std::min({bytes.size(), room.size(), piece});
    std::memcpy(room.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    reader.Added(size);
  }
  return absl::StrCat(seen, static_cast<int>(reader.state()), " ",
                      reader.refused_status(), " ", reader.refused_message());
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = acl::fuzz::Read(bytes, SIZE_MAX);
  for (const size_t piece : {1, 2, 7}) {
    acl::fuzz::Require(acl::fuzz::Read(bytes, piece) == whole,
                       "pieces read like the whole");
  }
  return 0;
}
