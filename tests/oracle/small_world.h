// One world of a family that is small enough to check every member. The engine
// and the oracle keep it in step.
//
// The family: users `u1` and `u2`, each locked or not, workspace admin or not;
// groups `A` and `B`, either one in the other or neither, each with any of the
// users and the service account `s`; two workspace keys of `s` and a personal
// key of `u1`, each enabled or not; one resource, created by nobody, `u1`, `u2`
// or `s`, with every combination of grants of `viewer` or `admin` to the two
// users, `s`, the groups and `default`.
#ifndef TESTS_ORACLE_SMALL_WORLD_H_
#define TESTS_ORACLE_SMALL_WORLD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "tests/oracle/ask.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/model.h"
#include "tests/oracle/tally.h"

namespace acl::compare {

// The meaning of each digit of a directory. The nesting is 0 for A in B, 1 for
// none and 2 for B in A, so that neighbours are one membership apart. The other
// digits are 0 or 1.
enum DirectoryDigit {
  kLocked,                  // of u1, u2
  kAdmin = kLocked + 2,     // of u1, u2
  kMember = kAdmin + 2,     // u1 in A, in B, u2 in A, ..., s in B
  kDisabled = kMember + 6,  // k1, k2, the personal key
  kNesting = kDisabled + 3,
  kDirectoryDigits,
};
using Directory = std::array<int, kDirectoryDigits>;

// The number of directories. In their order, each is one change away from the
// one before.
constexpr size_t kDirectories = 3 * (size_t{1} << kNesting);
Directory DirectoryAt(size_t index);

// The creator is nobody, u1, u2 or s, and has no grant of its own.
constexpr int kCreators = 4;
size_t GrantsOf(int creator);
constexpr size_t kWorldsOfDirectory = 729 + 3 * 243;

class SmallWorld {
 public:
  explicit SmallWorld(Tally* tally);

  void MoveTo(const Directory& directory);
  // Replaces the resource by one with this creator and without grants.
  void NewResource(int creator);
  // Moves to the grants at this index, in an order in which each set of grants
  // is one grant away from the one before. REQUIRES: `index` is next to the
  // current one.
  void MoveGrants(size_t index);
  size_t grants_at() const { return grants_at_; }

  // Compares the answers in this world: roles, witnesses, checks and lists
  // every time, and everything now and then.
  void Compare();

  // A number below kCodes that no other world has. It is computed from the
  // oracle's state, independently of how that was reached.
  static constexpr size_t kCodes = kDirectories * kCreators * 729;
  size_t Code() const;

 private:
  void Apply(std::vector<Change> changes);
  size_t LevelOf(size_t subject) const;
  void CompareSubject(size_t subject);
  void CompareByHandle();
  void ComparePrincipals(size_t role);
  void CompareResources(size_t subject, size_t role);
  void CompareExplanation(size_t subject, size_t role);
  bool SameRole(const RoleAnswer& engine,
                const std::optional<oracle::Found>& oracle) const;
  oracle::Model ToModel() const;
  // A difference, with the world in which it was seen.
  Difference Differs(std::string question, std::string engine,
                     std::string oracle) const;

  Tally& tally_;
  Engine engine_;
  Workspace workspace_;
  oracle::State state_;
  uint64_t revision_ = 0;
  Random random_;

  Directory directory_ = {};
  std::vector<size_t> slots_;  // that can hold a grant
  size_t grants_at_ = 0;

  std::vector<Role> roles_;  // none, viewer, admin
  GroupHandle a_;
  GroupHandle b_;
  std::vector<HandleQuestion> questions_;  // one per subject
  std::vector<std::optional<oracle::Found>> witnesses_;
};

}  // namespace acl::compare

#endif  // TESTS_ORACLE_SMALL_WORLD_H_
