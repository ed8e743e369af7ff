// The engine, the floors, and the peers that need no package of their own:
//
//   engine_bench [--world W0,W1] [--benchmark_filter=...]
//
// What is not about one world only is measured on the last one named.
#include "bench/cases.h"
#include "bench/loaded_world.h"

int main(int argc, char** argv) {
  using namespace acl::bench;  // NOLINT(google-build-using-namespace)
  LimitMemory();
  const std::vector<WorldShape> shapes = WorldsFromArguments(&argc, argv, "W1");
  for (const WorldShape& shape : shapes) {
    // In a young process, so that what it takes is seen in the memory in use.
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
