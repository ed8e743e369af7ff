// Answers as JSON for scripts: the command and the server share them.
#ifndef ACL_AUDIT_ANSWER_JSON_H_
#define ACL_AUDIT_ANSWER_JSON_H_

#include <cstddef>
#include <string>
#include <vector>

#include "acl/engine.h"
#include "nlohmann/json.hpp"

namespace acl {

using Json = nlohmann::ordered_json;

// Roles and witnesses of an answer from `reader`.
Json WitnessJson(const Reader& reader, const Witness& witness);
Json RoleJson(const Reader& reader, const RoleAnswer& answer);

// Includes the first `most_remedies` remedies.
Json ExplanationJson(const Explanation& explanation, size_t most_remedies);

// A change in the form of change files.
Json CallJson(const Change& change);

// The effect of each change of a batch, as an array.
Json ChangesJson(const std::vector<Change>& changes, const Receipt& receipt);

// The receipt of one share or unshare.
Json ShareReceiptJson(const Receipt& receipt);

// JSON on one line, with invalid UTF-8 replaced.
std::string Dump(const Json& json);

}  // namespace acl

#endif  // ACL_AUDIT_ANSWER_JSON_H_
