#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "acl/base/fault.h"
#include "acl/world/world_file.h"
#include "openssl/evp.h"

namespace acl {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) { Begin(); }

  void Add(absl::string_view bytes) {
    ok_ = ok_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  // The digest of what was added; begins anew. Empty if there is no SHA-256.
  std::string Take() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    ok_ = ok_ && EVP_DigestFinal_ex(context_.get(), digest, &size);
    if (!ok_) return "";
    Begin();
    return std::string(reinterpret_cast<const char*>(digest), size);
  }

 private:
  void Begin() {
    ok_ = context_ != nullptr &&
          EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool ok_ = false;
};

}  // namespace

absl::StatusOr<std::string> DigestOf(const WorldProducer& world) {
  Sha256 one, all;
  bool open = false;
  const absl::Status status = world([&](const v1::Workspace& part) {
    if (open && !part.continued()) all.Add(one.Take());
    open = true;
    // The lists of parts one after the other are the lists of the whole.
    if (part.continued()) {
      v1::Workspace lists = part;
      lists.clear_continued();
      one.Add(lists.SerializeAsString());
    } else {
      one.Add(part.SerializeAsString());
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (open) all.Add(one.Take());
  const std::string digest = all.Take();
  // OpenSSL without SHA-256, or without memory.
  if (digest.empty()) return absl::InternalError("can't compute a SHA-256");
  return absl::BytesToHexString(digest);
}

}  // namespace acl
