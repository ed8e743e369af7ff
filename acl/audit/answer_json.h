// Answers as JSON for scripts: the same from the command and from the server.
#ifndef ACL_AUDIT_ANSWER_JSON_H_
#define ACL_AUDIT_ANSWER_JSON_H_

#include <cstddef>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "nlohmann/json.hpp"

namespace acl {

using Json = nlohmann::ordered_json;

// Roles and witnesses of an answer that `reader` gave.
Json WitnessJson(const Reader& reader, const Witness& witness);
Json RoleJson(const Reader& reader, const RoleAnswer& answer);

// With the first `most_remedies` of its remedies.
Json ExplanationJson(const Explanation& explanation, size_t most_remedies);

// A change as change files have it.
Json CallJson(const Change& change);

// What each change of a batch did, as an array.
Json ChangesJson(const std::vector<Change>& changes, const Receipt& receipt);

// The receipt of one share or unshare.
Json ShareReceiptJson(const Receipt& receipt);

// JSON on one line, with what is not UTF-8 replaced.
std::string Dump(const Json& json);

}  // namespace acl

#endif  // ACL_AUDIT_ANSWER_JSON_H_
