#include "acl/server/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/strict_json.h"

namespace acl::server {
namespace {

constexpr absl::string_view kPrefix = "sk_";
constexpr size_t kHintBytes = 4;
constexpr int kNoteDepth = 8;
constexpr absl::string_view kHashFirst = "{\"sha256\":\"";
constexpr size_t kHashDigits = 64;

template <size_t kBytes>
absl::StatusOr<std::string> RandomBytes() {
  std::array<unsigned char, kBytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return Refuse(v1::FILE_ACCESS, "the system has no random numbers to give");
  }
  return std::string(bytes.begin(), bytes.end());
}

std::string TextAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

}  // namespace

absl::StatusOr<std::string> NewSecret(const SecretOwner& owner) {
  const absl::StatusOr<std::string> random = RandomBytes<32>();
  if (!random.ok()) return random.status();
  return absl::StrCat(kPrefix, absl::WebSafeBase64Escape(owner.workspace), ".",
                      absl::WebSafeBase64Escape(owner.key), ".",
                      absl::WebSafeBase64Escape(*random));
}

absl::StatusOr<std::string> NewId(absl::string_view prefix) {
  const absl::StatusOr<std::string> random = RandomBytes<16>();
  if (!random.ok()) return random.status();
  return absl::StrCat(prefix, "_", absl::BytesToHexString(*random));
}

std::optional<SecretOwner> OwnerOf(absl::string_view secret) {
  if (!absl::ConsumePrefix(&secret, kPrefix)) return std::nullopt;
  const std::vector<absl::string_view> parts = absl::StrSplit(secret, '.');
  SecretOwner owner;
  if (parts.size() != 3 ||
      !absl::WebSafeBase64Unescape(parts[0], &owner.workspace) ||
      !absl::WebSafeBase64Unescape(parts[1], &owner.key) ||
      !CheckId("workspace id", owner.workspace).ok() ||
      !CheckId("key id", owner.key).ok()) {
    return std::nullopt;
  }
  return owner;
}

std::string HashOfSecret(absl::string_view secret) {
  Sha256 sha;
  sha.Add(secret);
  return ToHex(sha.Take());
}

bool IsHashOf(absl::string_view hash, absl::string_view secret) {
  const std::string wanted = HashOfSecret(secret);
  return hash.size() == wanted.size() &&
         CRYPTO_memcmp(hash.data(), wanted.data(), wanted.size()) == 0;
}

std::string KeyNote::ReadHash(absl::string_view annotation) {
  // The beginning that Write() produces; annotations of others are parsed
  // whole.
  if (absl::ConsumePrefix(&annotation, kHashFirst) &&
      annotation.size() > kHashDigits && annotation[kHashDigits] == '"') {
    return std::string(annotation.substr(0, kHashDigits));
  }
  return Read(annotation).hash;
}

KeyNote KeyNote::Read(absl::string_view annotation) {
  KeyNote note;
  const absl::StatusOr<Json> json = ReadStrictJson(annotation, kNoteDepth);
  if (!json.ok() || !json->is_object()) return note;
  note.name = TextAt(*json, "name");
  note.hint = TextAt(*json, "hint");
  note.hash = TextAt(*json, "sha256");
  if (const auto at = json->find("created_at_unix");
      at != json->end() && at->is_number_integer()) {
    note.created_at_unix = at->get<int64_t>();
  }
  if (const auto at = json->find("permissions");
      at != json->end() && (at->is_string() || at->is_array())) {
    note.permissions = *at;
  }
  if (const auto at = json->find("limits");
      at != json->end() && at->is_object()) {
    note.limits = *at;
  }
  return note;
}

std::string KeyNote::Write() const {
  Json json = {{"sha256", hash},
               {"name", name},
               {"hint", hint},
               {"created_at_unix", created_at_unix},
               {"permissions", permissions}};
  if (!limits.empty()) json["limits"] = limits;
  return PrintableJson(Dump(json));
}

absl::StatusOr<NewKey> MakeKey(absl::string_view workspace, std::string id,
                               absl::string_view name) {
  if (absl::Status s = CheckDisplayName(name); !s.ok()) return s;
  NewKey key;
  key.id = std::move(id);
  if (key.id.empty()) {
    absl::StatusOr<std::string> made = NewId("key");
    if (!made.ok()) return made.status();
    key.id = *std::move(made);
  }
  absl::StatusOr<std::string> secret =
      NewSecret({std::string(workspace), key.id});
  if (!secret.ok()) return secret.status();
  key.secret = *std::move(secret);
  key.note.name = std::string(name);
  key.note.hint = key.secret.substr(key.secret.size() - kHintBytes);
  key.note.hash = HashOfSecret(key.secret);
  key.note.created_at_unix = absl::ToUnixSeconds(absl::Now());
  return key;
}

}  // namespace acl::server
