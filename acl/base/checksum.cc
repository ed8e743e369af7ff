#include "acl/base/checksum.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "isa-l/crc.h"

namespace acl {
namespace {

// If OpenSSL lacks SHA-256, or memory for its context, the process ends: an
// invalid digest must never be returned.
void Require(bool done) {
  if (!done) std::abort();
}

}  // namespace

uint32_t Crc32c(uint32_t before, absl::string_view bytes) {
  constexpr size_t kMost = size_t{1} << 30;  // lengths are ints
  uint32_t crc = ~before;
  while (!bytes.empty()) {
    const absl::string_view some = bytes.substr(0, kMost);
    crc = crc32_iscsi(
        reinterpret_cast<unsigned char*>(const_cast<char*>(some.data())),
        static_cast<int>(some.size()), crc);
    bytes.remove_prefix(some.size());
  }
  return ~crc;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  Require(context_ != nullptr &&
          EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::Add(absl::string_view bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::Take() {
  Sha256Digest digest;
  Require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1 &&
          EVP_DigestInit_ex(context_.get(), nullptr, nullptr) == 1);
  return digest;
}

std::string ToHex(const Sha256Digest& digest) {
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace acl
