// The records of a journal, each preceded by its length. An engine either
// continues from them or refuses them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "acl/engine.h"
#include "acl/journal/journal.h"
#include "acl/journal/numbers.h"
#include "tests/fuzz/world_round_trip.h"
#include "tests/journal/memory_files.h"

namespace acl::fuzz {
namespace {

constexpr char kFolder[] = "/data";

// Writes the records as an intact journal.
void Write(absl::string_view rest, MemoryFiles* files) {
  auto folder = LockedFolder::Take(kFolder, files);
  Require(folder.ok(), "the folder is made");
  auto journal =
      Journal::Open(*std::move(folder), {}, {},
                    [](const JournalRecord&) { return absl::OkStatus(); });
  Require(journal.ok(), "the journal is made");
  while (rest.size() >= 2) {
    const size_t length = Taker(rest).Take<uint16_t>();
    rest.remove_prefix(2);
    const std::string record(rest.substr(0, length));
    rest.remove_prefix(record.size());
    auto ticket = (*journal)->Append(record, nullptr);
    Require(ticket.ok() && (*journal)->Await(*ticket).ok(), "it is taken");
  }
}

absl::StatusOr<std::unique_ptr<Engine>> OpenIn(MemoryFiles* files) {
  FolderOptions options;
  options.files = files;
  options.checkpoints = false;
  return Engine::Open(kFolder, {}, options);
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace acl::fuzz;  // NOLINT(google-build-using-namespace)
  acl::MemoryFiles files;
  Write({reinterpret_cast<const char*>(data), size}, &files);
  std::string world;
  {
    const auto engine = OpenIn(&files);
    if (!engine.ok()) {
      Require(acl::FaultOf(engine.status()) == acl::v1::JOURNAL_DAMAGED,
              "a refusal says why");
      return 0;
    }
    world = (*engine)->Export().SerializeAsString();
    Require((*engine)->Checkpoint().ok(), "there can be a checkpoint");
  }
  const auto again = OpenIn(&files);
  Require(again.ok(), "a checkpoint is read");
  Require((*again)->Export().SerializeAsString() == world,
          "it leads to the same");
  return 0;
}
