// Changes as messages, and back. A public header.
#ifndef ACL_WORLD_CHANGE_MESSAGE_H_
#define ACL_WORLD_CHANGE_MESSAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "acl/share/change.h"
#include "acl/world/world_fault.h"
#include "google/protobuf/repeated_field.h"
#include "proto/acl/v1/change.pb.h"

namespace acl {

// The changes in messages. `faults` receives everything that is wrong with
// their form (as far as can be told without a state), each with its path below
// `path`: `changes[0].share.target`. If there are faults, the result must not
// be used.
std::vector<Change> ReadChanges(
    const google::protobuf::RepeatedPtrField<v1::Change>& messages,
    const std::string& path, std::vector<WorldFault>* faults);

// The same for one message, whose own path is `path`. If there are faults, the
// result is null or must not be used.
std::optional<Change> ReadChange(const v1::Change& message,
                                 const std::string& path,
                                 std::vector<WorldFault>* faults);

// The message of a change; ReadChange() is the inverse.
v1::Change ToMessage(const Change& change);

}  // namespace acl

#endif  // ACL_WORLD_CHANGE_MESSAGE_H_
