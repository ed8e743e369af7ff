// The questions used by the benchmarks.
#ifndef BENCH_QUERIES_H_
#define BENCH_QUERIES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/generator.h"

namespace acl::bench {

// Draws 0, 1, 2, ... with frequencies proportional to 1, 1/2, 1/3, ...: exactly
// Zipf(1.0), without a table.
class Zipf {
 public:
  // REQUIRES: size > 0.
  explicit Zipf(uint32_t size);
  uint32_t operator()(Random* random) const;

 private:
  double low_;
  double high_;
};

struct Query {
  uint32_t user = 0;
  uint32_t resource = 0;
};

// Makes `count` questions. Resources follow Zipf(1.0), with the frequent ones
// scattered over all numbers. Every other question is about a user whom a grant
// of the resource reaches, the rest are about any user.
std::vector<Query> MakeQueries(const Generator& world, size_t count,
                               uint64_t seed);

// How many different questions a world is asked before they repeat: enough to
// touch most of it.
size_t QueryCount(const WorldShape& shape);

}  // namespace acl::bench

#endif  // BENCH_QUERIES_H_
