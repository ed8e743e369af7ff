// The questions that are measured.
#ifndef BENCH_QUERIES_H_
#define BENCH_QUERIES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/generator.h"

namespace acl::bench {

// Draws 0, 1, 2, ... with frequencies as 1 to 1/2 to 1/3: Zipf(1.0), exactly,
// without a table.
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

// `count` questions: resources by Zipf(1.0), the frequent ones anywhere among
// the numbers. Every other question is about somebody whom a grant of the
// resource reaches, the others about anybody.
std::vector<Query> MakeQueries(const Generator& world, size_t count,
                               uint64_t seed);

// How many questions a world is asked before they repeat: enough to touch most
// of it.
size_t QueryCount(const WorldShape& shape);

}  // namespace acl::bench

#endif  // BENCH_QUERIES_H_
