// Benchmarks of the engine, the floors, and the peers that need no extra
// packages:
//
//   engine_bench [--world W0,W1] [--benchmark_filter=...]
//
// Benchmarks that need only one world use the last one named.
#include "bench/cases.h"
#include "bench/loaded_world.h"

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  LimitMemory();
  const std::vector<WorldShape> shapes = WorldsFromArguments(&argc, argv, "W1");
  for (const WorldShape& shape : shapes) {
    // Load it first: growth of the process's memory is meaningful only in a
    // fresh process.
    SharedWorld(shape);
    RegisterFloorCases(shape);
    RegisterRoleCases(shape);
    RegisterListCases(shape);
    RegisterChangeCases(shape);
    RegisterMapPeers(shape);
  }
  RegisterNestedCases();
  RegisterSnapshotCases(shapes.back());
  RegisterReaderCases(shapes.back());
  return RunCases(argc, argv);
}
