// Visits small worlds; neighbours are one change apart.
#ifndef TESTS_ORACLE_SMALL_WORLD_WALK_H_
#define TESTS_ORACLE_SMALL_WORLD_WALK_H_

#include <cstddef>
#include <vector>

#include "tests/oracle/small_world.h"
#include "tests/oracle/tally.h"

namespace acl::compare {

class SmallWorldWalk {
 public:
  explicit SmallWorldWalk(Tally* tally);

  // Compares every world with the directory of this index, up to the first
  // difference.
  void Directory(size_t index);

  // How many different worlds were compared.
  size_t distinct() const { return distinct_; }

 private:
  void Grants(size_t count);

  Tally& tally_;
  SmallWorld world_;
  int creator_ = 0;
  bool up_ = true;
  std::vector<bool> seen_;
  size_t distinct_ = 0;
};

}  // namespace acl::compare

#endif  // TESTS_ORACLE_SMALL_WORLD_WALK_H_
