// Things as the public API shows them. Internal.
#ifndef ACL_SERVER_MODELS_H_
#define ACL_SERVER_MODELS_H_

#include <string>

#include "acl/audit/answer_json.h"
#include "proto/acl/v1/world.pb.h"

namespace acl::server {

// The first of the three that is not empty.
std::string FirstOf(const std::string& a, const std::string& b,
                    const std::string& c);

// The id in a reference: for `user:ann` it is `ann`.
std::string IdIn(const std::string& reference);

// A group, with those of its members that are users and service accounts.
Json GroupJson(const v1::Group& group);

}  // namespace acl::server

#endif  // ACL_SERVER_MODELS_H_
