// Reads the JSON of the command and the server into the corpus's terms.
#ifndef TESTS_CORPUS_JSON_FACTS_H_
#define TESTS_CORPUS_JSON_FACTS_H_

#include "acl/audit/assertions.h"
#include "nlohmann/json.hpp"

namespace acl {

// Reads the receipt of a batch of changes.
Receipt ReceiptFrom(const nlohmann::ordered_json& json);
// Reads a role, and the explanation next to it.
RoleFacts RoleFrom(const nlohmann::ordered_json& json,
                   const nlohmann::ordered_json& explained);
ExplanationFacts ExplanationFrom(const nlohmann::ordered_json& json);

}  // namespace acl

#endif  // TESTS_CORPUS_JSON_FACTS_H_
