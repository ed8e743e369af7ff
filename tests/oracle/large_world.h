// Random worlds of a more realistic size, with hundreds of names and deeply
// nested groups.
#ifndef TESTS_ORACLE_LARGE_WORLD_H_
#define TESTS_ORACLE_LARGE_WORLD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "acl/share/change.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/history.h"

namespace acl::compare {

class LargeWorld {
 public:
  // A world with this many users, at least 10, and other things in proportion:
  // for 200 users, about 60 groups and 100 resources.
  LargeWorld(size_t users, Random* random);

  // The changes that create the world. None of them is refused, and all but
  // some shares have an effect.
  std::vector<Change> Changes();
  // A later call, which may be refused.
  Call AnyCall();
  // A sample of names that exist or existed, and now and then an unknown one.
  Names Sample(size_t subjects, size_t resources);

 private:
  std::string AnyOf(const char* prefix, size_t count);
  std::string User() { return AnyOf("u", users_); }
  std::string Account() { return AnyOf("s", accounts_); }
  std::string Key() { return AnyOf("k", keys_); }
  std::string Group() { return AnyOf("g", groups_); }
  ResourceId Resource();
  PrincipalId Principal();
  Target AnyTarget();
  Member AnyPrincipalMember();
  Caller AnyCaller();

  void AddPrincipals(std::vector<Change>* changes);
  void AddGroups(std::vector<Change>* changes);
  void AddResources(std::vector<Change>* changes);
  Change AnyChange();
  Change AnyShare();

  Random& random_;
  const size_t users_;
  const size_t accounts_;
  const size_t keys_;
  const size_t groups_;
  const size_t resources_;
};

}  // namespace acl::compare

#endif  // TESTS_ORACLE_LARGE_WORLD_H_
