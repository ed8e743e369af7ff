// The holder of a grant or a membership, as a number. Internal.
#ifndef ACL_DIRECTORY_TARGET_KEY_H_
#define ACL_DIRECTORY_TARGET_KEY_H_

#include <cstdint>

namespace acl {

// A user, service account or group of one workspace; 0 is nobody. 28 bits, so
// that a grant fits into 32.
using TargetKey = uint32_t;

// Numbers of principals and groups have to be below this.
constexpr uint32_t kMaxTargetNumber = (1u << 27) - 1;

constexpr TargetKey PrincipalKey(uint32_t number) { return (number + 1) << 1; }
constexpr TargetKey GroupKey(uint32_t number) { return (number + 1) << 1 | 1; }
constexpr bool IsGroup(TargetKey key) { return (key & 1) != 0; }
// REQUIRES: not 0.
constexpr uint32_t NumberOf(TargetKey key) { return (key >> 1) - 1; }

}  // namespace acl

#endif  // ACL_DIRECTORY_TARGET_KEY_H_
