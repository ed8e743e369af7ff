// Answers as text for people and as JSON for scripts.
#ifndef ACL_CLI_PRINT_H_
#define ACL_CLI_PRINT_H_

#include <string>

#include "acl/engine.h"
#include "nlohmann/json.hpp"

namespace acl::cli {

using Json = nlohmann::ordered_json;

// An explanation of `subject` on `resource`, over several lines.
std::string ExplanationText(const std::string& subject,
                            const std::string& resource,
                            const std::string& workspace,
                            const Explanation& explanation);
Json ExplanationJson(const Explanation& explanation);

// The receipt of one share or unshare, over several lines.
std::string ReceiptText(const Receipt& receipt);
Json ReceiptJson(const Receipt& receipt);

// "group `leads`", "direct", ...: the witness of an answer of `reader`.
std::string WitnessText(const Reader& reader, const Witness& witness);

// JSON on one line, with what is not UTF-8 replaced.
std::string Dump(const Json& json);

}  // namespace acl::cli

#endif  // ACL_CLI_PRINT_H_
