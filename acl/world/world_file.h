// World files: a world in one of the four encodings, by the file's ending. A
// public header; the engine itself does not need it.
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

// Reads a world file. The binary form is read a part at a time, so that the
// file may be larger than the memory, on a thread of its own and up to two
// parts ahead; the others as a whole. Not thread-safe.
class WorldReader {
 public:
  // FILE_ACCESS; FILE_MALFORMED for an unknown ending, an empty file and,
  // except in binary form, for what can't be understood, with a line for each
  // fault.
  static absl::StatusOr<std::unique_ptr<WorldReader>> Open(
      const std::string& path, ProgressSink progress = nullptr);
  virtual ~WorldReader() = default;

  // The next part, or null; it lasts until the next call. FILE_ACCESS or
  // FILE_MALFORMED, which in binary form name the part.
  virtual absl::StatusOr<const v1::Workspace*> Next() = 0;

  // Next(), to pass on. REQUIRES: the reader outlives it.
  WorldSource Source() {
    return [this] { return Next(); };
  }

  // Where the parts that were read stand.
  const Places& places() const { return places_; }

 protected:
  explicit WorldReader(Places places) : places_(std::move(places)) {}
  Places& mutable_places() { return places_; }

 private:
  Places places_;
};

// Gives a world to a sink.
using WorldProducer = std::function<absl::Status(const WorldSink& sink)>;

// Writes what `world` gives as a new file in the place of an old one, in the
// encoding of the path's ending; the binary form as it comes. FILE_MALFORMED
// for the ending, FILE_ACCESS, or what `world` gives: the old file is left as
// it was.
absl::Status WriteWorldFile(const std::string& path,
                            const WorldProducer& world);

// The same, given to `write` in pieces. What is not OK from `write` ends it.
absl::Status WriteWorld(
    Encoding encoding, const WorldProducer& world,
    const std::function<absl::Status(absl::string_view bytes)>& write);

// The digest of a world: 64 hexadecimal digits, the same whatever the encoding
// and however it is divided into parts. For each workspace the SHA-256 of its
// binary form; then the SHA-256 of these one after the other. It is meant for
// worlds in canonical order, as Engine::Export() gives them.
absl::StatusOr<std::string> DigestOf(const WorldProducer& world);

}  // namespace acl

#endif  // ACL_WORLD_WORLD_FILE_H_
