// Single items of a state in the exchange format, with everything that belongs
// to them. Internal; the public interface is acl/reader.h.
#ifndef ACL_WORLD_TO_ITEMS_H_
#define ACL_WORLD_TO_ITEMS_H_

#include <cstdint>
#include <vector>

#include "acl/directory/directory.h"
#include "acl/store/state.h"
#include "proto/acl/v1/world.pb.h"

namespace acl {

// Each fills an empty message. REQUIRES: the number is in use.
void FillUser(const Directory& directory, uint32_t number, v1::User* user);
void FillServiceAccount(const Directory& directory, uint32_t number,
                        v1::ServiceAccount* account);
void FillKey(const Directory& directory, uint32_t number, v1::ApiKey* key);
// `members` as MembersOf() returns them.
void FillGroup(const Directory& directory, uint32_t number,
               const std::vector<TargetKey>& members, v1::Group* group);
void FillResource(const State& state, uint32_t number, v1::Resource* resource);

// A group's members, ordered by the words for their kinds, then by id.
std::vector<TargetKey> MembersOf(const Directory& directory, uint32_t group);

}  // namespace acl

#endif  // ACL_WORLD_TO_ITEMS_H_
