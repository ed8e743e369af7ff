// Random histories of tiny worlds. Names come from small pools, so that things
// interact, are removed and are added again; some names are unknown or
// malformed.
#ifndef TESTS_ORACLE_GENERATOR_H_
#define TESTS_ORACLE_GENERATOR_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "acl/base/reference.h"
#include "tests/oracle/history.h"

namespace acl::compare {

// The sequence is the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Next() { return engine_(); }
  // 0 to n - 1.
  size_t Below(size_t n) { return static_cast<size_t>(engine_() % n); }
  // True with probability 1/n.
  bool OneIn(size_t n) { return Below(n) == 0; }
  template <class T>
  const T& Of(const std::vector<T>& all) {
    return all[Below(all.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// The names that a world can have.
const std::vector<std::string>& UserPool();
const std::vector<std::string>& ServiceAccountPool();
const std::vector<std::string>& GroupPool();
const std::vector<std::string>& KeyPool();
const std::vector<std::string>& EmailPool();  // including other spellings
const std::vector<ResourceId>& ResourcePool();

// Names that no world has: unknown, reserved, malformed.
const std::vector<std::string>& StrangeIds();
const std::vector<std::string>& StrangeEmails();

// Generates the history for this seed.
History Generate(uint64_t seed);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_GENERATOR_H_
