// Peribolos configuration: org.yaml, a line of `===`, teams.yaml.

#include "acl/audit/peribolos.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/string_view.h"
#include "acl/engine.h"
#include "tests/fuzz/world_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string& folder = acl::fuzz::ScratchFolder();
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = text.find("\n===\n");
  std::filesystem::create_directories(folder + "/sig");
  std::ofstream(folder + "/org.yaml") << text.substr(0, cut);
  std::ofstream(folder + "/sig/teams.yaml")
      << (cut == absl::string_view::npos ? "" : text.substr(cut + 5));
  const auto import = acl::ImportPeribolos(folder, {});
  if (import.ok()) {
    acl::Engine engine;
    if (engine.Import(acl::Actor::System(), import->world).ok()) {
      acl::fuzz::RoundTrip(engine);
    }
  }
  return 0;
}
