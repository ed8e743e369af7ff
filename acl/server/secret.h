// Secrets of API keys, and what the server stores of them. Internal.
//
// A secret names its owner: `sk_WORKSPACE.KEY.RANDOM`, each part in URL-safe
// base64. So the key can be found at the revision that answers, without an
// index that could lag behind. Only a SHA-256 of the secret is stored, in the
// key's annotation.
#ifndef ACL_SERVER_SECRET_H_
#define ACL_SERVER_SECRET_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/audit/answer_json.h"

namespace acl::server {

// The owner that a secret claims.
struct SecretOwner {
  std::string workspace;
  std::string key;
};

// A new secret for a key: 256 bits from the system's random source. FILE_ACCESS
// if that fails.
absl::StatusOr<std::string> NewSecret(const SecretOwner& owner);

// An id with 128 random bits: `PREFIX_` and 32 hexadecimal digits.
absl::StatusOr<std::string> NewId(absl::string_view prefix);

// Not set if the secret has another form.
std::optional<SecretOwner> OwnerOf(absl::string_view secret);

// The SHA-256 in hexadecimal digits.
std::string HashOfSecret(absl::string_view secret);

// Whether the hash is that of the secret; takes constant time.
bool IsHashOf(absl::string_view hash, absl::string_view secret);

// What the server stores in the annotation of an API key.
struct KeyNote {
  std::string name;
  std::string hint;  // the last characters of the secret
  std::string hash;  // empty: the key has no secret and can't be used
  int64_t created_at_unix = 0;
  Json permissions = "all";      // or a list of names
  Json limits = Json::object();  // further fields of the API, as received

  // An annotation that someone else wrote is not a note: every field is empty
  // then.
  static KeyNote Read(absl::string_view annotation);
  // Only its hash, which is faster.
  static std::string ReadHash(absl::string_view annotation);
  // The annotation, without control characters whatever the texts contain.
  std::string Write() const;
};

// A new key, with its secret, which is shown only once.
struct NewKey {
  std::string id;
  std::string secret;
  KeyNote note;  // created now
};
// `id` empty: generates one. MALFORMED for an invalid name; FILE_ACCESS as for
// NewSecret().
absl::StatusOr<NewKey> MakeKey(absl::string_view workspace, std::string id,
                               absl::string_view name);

}  // namespace acl::server

#endif  // ACL_SERVER_SECRET_H_
