// What the command and the server answer in JSON, as the corpus asks for it.
#ifndef TESTS_CORPUS_JSON_FACTS_H_
#define TESTS_CORPUS_JSON_FACTS_H_

#include "acl/audit/assertions.h"
#include "nlohmann/json.hpp"

namespace acl {

// Of a batch of changes.
Receipt ReceiptFrom(const nlohmann::ordered_json& json);
// Of a role, and of the explanation beside it.
RoleFacts RoleFrom(const nlohmann::ordered_json& json,
                   const nlohmann::ordered_json& explained);
ExplanationFacts ExplanationFrom(const nlohmann::ordered_json& json);

}  // namespace acl

#endif  // TESTS_CORPUS_JSON_FACTS_H_
