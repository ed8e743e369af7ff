// Explanations and sources as text for people. A public header.
#ifndef ACL_AUDIT_EXPLANATION_TEXT_H_
#define ACL_AUDIT_EXPLANATION_TEXT_H_

#include <cstddef>
#include <string>

#include "acl/engine.h"

namespace acl {

// "group `audio`, through `mixers`", "direct", "workspace admin", ...
std::string SourceText(const Source& source);

// An explanation of `subject` on `resource`, over several lines, with the first
// `most_remedies` remedies and the number of the others.
std::string ExplanationText(const std::string& subject,
                            const std::string& resource,
                            const std::string& workspace,
                            const Explanation& explanation,
                            size_t most_remedies);

}  // namespace acl

#endif  // ACL_AUDIT_EXPLANATION_TEXT_H_
