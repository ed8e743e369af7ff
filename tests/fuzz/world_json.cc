// World files in this encoding: read, imported, written, read again.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/world_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  acl::fuzz::RoundTrip(acl::Encoding::kJson,
                       {reinterpret_cast<const char*>(data), size});
  return 0;
}
