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

// The changes that messages stand for. `faults` gets everything that is wrong
// with their form (no state is needed to tell), each with its path below
// `path`: `changes[0].share.target`. If there are any, the result is of no use.
std::vector<Change> ReadChanges(
    const google::protobuf::RepeatedPtrField<v1::Change>& messages,
    const std::string& path, std::vector<WorldFault>* faults);

// One of them; its own path is `path`. Null, or of no use, if there are faults.
std::optional<Change> ReadChange(const v1::Change& message,
                                 const std::string& path,
                                 std::vector<WorldFault>* faults);

// The message of a change; ReadChange() returns the change.
v1::Change ToMessage(const Change& change);

}  // namespace acl

#endif  // ACL_WORLD_CHANGE_MESSAGE_H_
