// The benchmarks of one world, under the names of docs/performance.md.
// Registering one builds nothing: a benchmark builds what it needs when it
// runs.
#ifndef BENCH_CASES_H_
#define BENCH_CASES_H_

#include <benchmark/benchmark.h>

#include <vector>

#include "bench/world_shape.h"

namespace acl::bench {

// floor_handle/W1/..., floor_string/W1/...
void RegisterFloorCases(const WorldShape& shape);
// role_by_handle/W1/..., role_by_string/W1/..., check_denied/W1, explain/W1.
void RegisterRoleCases(const WorldShape& shape);
// list_resources/W1, list_principals/W1, matrix_visit/W1.
void RegisterListCases(const WorldShape& shape);
// share/W1/override, share/W1/new, load/W1, bytes_per_grant/W1.
void RegisterChangeCases(const WorldShape& shape);
// snapshot_hold, on one world.
void RegisterSnapshotCases(const WorldShape& shape);
// nested_membership/..., nested_readers/..., on groups of their own.
void RegisterNestedCases();
// readers/1, readers_beside_writer/1, then 2 and so on, up to the number of
// processors, all on one world.
void RegisterReaderCases(const WorldShape& shape);
// peer_unordered_map/W1, peer_flat_hash_map/W1. Each peer's answers are
// compared with the engine's before it is timed.
void RegisterMapPeers(const WorldShape& shape);

// Removes `--world NAME[,NAME...]` from the arguments and returns these worlds,
// or `standard` if it is absent. An unknown name, or an impossible world, ends
// the process.
std::vector<WorldShape> WorldsFromArguments(int* argc, char** argv,
                                            const char* standard);

// Limits the process's memory, so that a world that is too large for the
// machine makes this process fail rather than others.
void LimitMemory();

// Runs the registered benchmarks with the remaining arguments. Returns the exit
// code.
int RunCases(int argc, char** argv);

}  // namespace acl::bench

#endif  // BENCH_CASES_H_
