// World files: a world in one of the four encodings, selected by the file's
// extension. A public header; the engine itself does not need it.
//
//   auto reader = acl::WorldReader::Open("studio.yaml");
//   engine.Import(acl::Actor::System(), (*reader)->Source());
//   ...
//   acl::WriteWorldFile("studio.binpb",
//                       [&](const acl::WorldSink& sink) {
//                         return engine.Export(sink);
//                       });
#ifndef ACL_WORLD_WORLD_FILE_H_
#define ACL_WORLD_WORLD_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "acl/base/progress.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/places.h"
#include "acl/world/world_parts.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Reads a world file. The binary form is read a part at a time, on a separate
// thread and up to two parts ahead, so the file may be larger than memory;
// other encodings are read as a whole. Not thread-safe.
class WorldReader {
 public:
  // FILE_ACCESS; FILE_MALFORMED for an unknown extension, an empty file and,
  // except in binary form, for faults in the contents, with one line for each.
  static absl::StatusOr<std::unique_ptr<WorldReader>> Open(
      const std::string& path, ProgressSink progress = nullptr);
  virtual ~WorldReader() = default;

  // The next part, or null; valid until the next call. FILE_ACCESS or
  // FILE_MALFORMED, which in binary form name the part.
  virtual absl::StatusOr<const v1::Workspace*> Next() = 0;

  // Next() as a source. REQUIRES: the reader outlives it.
  WorldSource Source() {
    return [this] { return Next(); };
  }

  // The places of the parts read so far.
  const Places& places() const { return places_; }

 protected:
  explicit WorldReader(Places places) : places_(std::move(places)) {}
  Places& mutable_places() { return places_; }

 private:
  Places places_;
};

// Passes a world to a sink.
using WorldProducer = std::function<absl::Status(const WorldSink& sink)>;

// Writes the world from `world` to a file, replacing an old one, in the
// encoding of the path's extension; the binary form is streamed. FILE_MALFORMED
// for the extension, FILE_ACCESS, or an error from `world`; the old file is
// unchanged then.
absl::Status WriteWorldFile(const std::string& path,
                            const WorldProducer& world);

// The same, passed to `write` in pieces. An error from `write` ends it.
absl::Status WriteWorld(
    Encoding encoding, const WorldProducer& world,
    const std::function<absl::Status(absl::string_view bytes)>& write);

// The digest of a world: 64 hexadecimal digits, whatever the encoding and
// however it is divided into parts. It is the SHA-256 of the concatenated
// SHA-256 digests of each workspace's binary form. It is meant for worlds in
// canonical order, as Engine::Export() produces them.
absl::StatusOr<std::string> DigestOf(const WorldProducer& world);

}  // namespace acl

#endif  // ACL_WORLD_WORLD_FILE_H_
