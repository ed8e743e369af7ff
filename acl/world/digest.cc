#include <string>

#include "acl/base/checksum.h"
#include "acl/world/world_file.h"

namespace acl {
namespace {

void AddDigest(Sha256* one, Sha256* all) {
  const Sha256Digest digest = one->Take();
  all->Add({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

absl::StatusOr<std::string> DigestOf(const WorldProducer& world) {
  Sha256 one, all;
  bool open = false;
  const absl::Status status = world([&](const v1::Workspace& part) {
    if (open && !part.continued()) AddDigest(&one, &all);
    open = true;
    // The lists of the parts, concatenated, are the lists of the whole.
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
  if (open) AddDigest(&one, &all);
  return ToHex(all.Take());
}

}  // namespace acl
