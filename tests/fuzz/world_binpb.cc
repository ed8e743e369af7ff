// Binary world files, read as one message and one part at a time.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "acl/world/world_file.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

// Both ways of reading the file agree.
void ReadInParts(absl::string_view bytes) {
  const std::string path = ScratchFolder() + "/world.binpb";
  std::ofstream(path, std::ios::binary) << bytes;
  const auto reader = WorldReader::Open(path);
  Require(reader.ok(), "the file can be opened");
  Engine engine;
  const bool in_parts =
      engine.Import(Actor::System(), (*reader)->Source()).ok();
  v1::World world;
  Places places("w");
  Engine whole;
  const bool at_once =
      ReadMessage(Encoding::kBinary, bytes, &world, &places).ok() &&
      whole.Import(Actor::System(), world).ok();
  Require(in_parts == at_once, "both ways to read agree");
  if (in_parts) RoundTrip(engine);
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  acl::fuzz::RoundTrip(acl::Encoding::kBinary, bytes);
  acl::fuzz::ReadInParts(bytes);
  return 0;
}
