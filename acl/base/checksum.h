// Checksums of bytes: one against accidental damage, one against forgery.
// Internal.
#ifndef ACL_BASE_CHECKSUM_H_
#define ACL_BASE_CHECKSUM_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "openssl/evp.h"

namespace acl {

// The CRC32C (Castagnoli) of bytes that continue earlier ones; `before` is the
// checksum of those, 0 if there are none.
uint32_t Crc32c(uint32_t before, absl::string_view bytes);

using Sha256Digest = std::array<unsigned char, 32>;

// The SHA-256 of the bytes added. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  void Add(absl::string_view bytes);
  // Returns the digest of what was added, and resets.
  Sha256Digest Take();

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// In lower-case hexadecimal digits.
std::string ToHex(const Sha256Digest& digest);

}  // namespace acl

#endif  // ACL_BASE_CHECKSUM_H_
