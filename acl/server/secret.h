// Secrets of API keys, and what the server keeps of them. Internal.
//
// A secret says whose it is: `sk_WORKSPACE.KEY.RANDOM`, each part in URL-safe
// base64. So the key is found at the revision that is asked, and there is no
// index that could lag behind. Only a SHA-256 of the secret is kept, in the
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

// Whose a secret claims to be.
struct SecretOwner {
  std::string workspace;
  std::string key;
};

// A new secret of a key: 256 bits from the system's source. FILE_ACCESS if the
// system has none to give.
absl::StatusOr<std::string> NewSecret(const SecretOwner& owner);

// An id with 128 random bits: `PREFIX_` and 32 hexadecimal digits.
absl::StatusOr<std::string> NewId(absl::string_view prefix);

// Nothing if it has another form.
std::optional<SecretOwner> OwnerOf(absl::string_view secret);

// The SHA-256 in hexadecimal digits.
std::string HashOfSecret(absl::string_view secret);

// Whether the hash is that of the secret, in a time that tells nothing of it.
bool IsHashOf(absl::string_view hash, absl::string_view secret);

// What the server keeps of an API key in its annotation.
struct KeyNote {
  std::string name;
  std::string hint;  // the last characters of the secret
  std::string hash;  // empty: the key has no secret, and nobody can use it
  int64_t created_at_unix = 0;
  Json permissions = "all";      // or a list of names
  Json limits = Json::object();  // further fields of the API, as they came

  // What somebody else has written is no note: all is empty then.
  static KeyNote Read(absl::string_view annotation);
  // Its hash alone, sooner.
  static std::string ReadHash(absl::string_view annotation);
  // As an annotation, without control characters whatever the texts have.
  std::string Write() const;
};

// A key that can be added, and the one sight of its secret.
struct NewKey {
  std::string id;
  std::string secret;
  KeyNote note;  // made now
};
// `id` empty: a new one. MALFORMED for a bad name; FILE_ACCESS as NewSecret().
absl::StatusOr<NewKey> MakeKey(absl::string_view workspace, std::string id,
                               absl::string_view name);

}  // namespace acl::server

#endif  // ACL_SERVER_SECRET_H_
