// Assertion files, which are also run.

#include <cstddef>
#include <cstdint>
#include <string>

#include "acl/audit/assertions.h"
#include "acl/audit/library_door.h"
#include "acl/base/fault.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

// Does not read files.
class ClosedDoor : public LibraryDoor {
 public:
  absl::Status LoadFile(const std::string&) override {
    return Refuse(v1::FILE_ACCESS, "no files here");
  }
};

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  acl::fuzz::ClosedDoor door;
  const acl::FileOutcome outcome = acl::RunAssertions(
      "f.yaml", {reinterpret_cast<const char*>(data), size}, &door);
  acl::fuzz::Require(outcome.failed() <= outcome.assertions(),
                     "what fails was asserted");
  acl::fuzz::Require(!acl::JUnitXml({outcome}).empty(), "there is a report");
  return 0;
}
