// Change files in all encodings (the first byte chooses): read, applied, and
// written again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/encoding/encoding.h"
#include "acl/engine.h"
#include "acl/world/change_message.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

void ApplyToSmallWorld(const std::vector<Change>& changes) {
  Engine engine;
  MakeSmallWorld(&engine);
  const std::string before = engine.Export().SerializeAsString();
  Workspace w = *engine.FindWorkspace("w");
  const absl::StatusOr<Receipt> receipt = w.Apply(Actor::System(), changes);
  if (receipt.ok()) return RoundTrip(engine);
  Require(engine.Export().SerializeAsString() == before,
          "a refusal changes nothing");
}

void Run(Encoding encoding, absl::string_view bytes) {
  v1::ChangeFile file;
  Places places("c");
  if (!ReadMessage(encoding, bytes, &file, &places).ok()) return;
  std::vector<WorldFault> faults;
  const std::vector<Change> changes =
      ReadChanges(file.changes(), "changes", &faults);
  if (!faults.empty()) return;
  v1::ChangeFile again;
  for (const Change& change : changes) {
    *again.add_changes() = ToMessage(change);
  }
  const std::vector<Change> same =
      ReadChanges(again.changes(), "changes", &faults);
  Require(faults.empty() && same.size() == changes.size(),
          "what is written is read");
  for (size_t i = 0; i < same.size(); ++i) {
    Require(SameChange(changes[i], same[i]), "a change stays the same");
  }
  ApplyToSmallWorld(changes);
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using acl::Encoding;
  if (size == 0) return 0;
  constexpr Encoding kEncodings[] = {Encoding::kYaml, Encoding::kJson,
                                     Encoding::kTextProto, Encoding::kBinary};
  acl::fuzz::Run(kEncodings[data[0] % 4],
                 {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
