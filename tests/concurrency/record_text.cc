#include "absl/strings/str_cat.h"
#include "tests/concurrency/record.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

// Describes the answer in few words.
struct AnswerText {
  const Known& known;

  std::string operator()(const std::monostate&) const { return ""; }
  std::string operator()(const Refused& refused) const {
    return "refused: " + refused.text;
  }
  std::string operator()(const Receipt& receipt) const {
    return compare::TextOf(receipt);
  }
  std::string operator()(const std::vector<RoleAnswer>& answers) const {
    std::string text;
    for (const RoleAnswer& answer : answers) {
      absl::StrAppend(&text, NameOf(answer.role), " by ",
                      SourceWord(answer.witness.kind), "; ");
    }
    return text;
  }
  std::string operator()(const std::vector<bool>& allowed) const {
    std::string text;
    for (const bool one : allowed) text += one ? "yes " : "no ";
    return text;
  }
  std::string operator()(const Explanation& explanation) const {
    return compare::TextOf(explanation);
  }
  std::string operator()(const std::vector<PrincipalRole>& items) const {
    std::string text;
    for (const PrincipalRole& item : items) {
      absl::StrAppend(&text, item.principal.ToString(), " ", NameOf(item.role),
                      "; ");
    }
    return text;
  }
  std::string operator()(const std::vector<ResourceRole>& items) const {
    std::string text;
    for (const ResourceRole& item : items) {
      absl::StrAppend(&text, item.resource.ToString(), " ", NameOf(item.role),
                      "; ");
    }
    return text;
  }
  std::string operator()(const Found& found) const {
    std::string text;
    for (const auto& [subject, resource] : found) {
      absl::StrAppend(&text, subject ? absl::StrCat(subject->number()) : "-",
                      " ", resource ? absl::StrCat(resource->number()) : "-",
                      "; ");
    }
    return text;
  }

  std::string NameOf(Role role) const {
    for (size_t i = 0; i < known.roles.size(); ++i) {
      if (known.roles[i] == role) return Roles()[i];
    }
    return role ? "?" : "none";
  }
};

}  // namespace

std::string ToString(const Record& record, const Known& known) {
  std::string text =
      absl::StrCat("thread ", record.thread, ", ", record.begin, " to ",
                   record.end, ": ", ToString(*record.step));
  if (record.expected) absl::StrAppend(&text, " [at ", *record.expected, "]");
  absl::StrAppend(&text, "\n  -> ");
  if (record.revision) absl::StrAppend(&text, "at ", *record.revision, ": ");
  return text + std::visit(AnswerText{known}, record.answer);
}

}  // namespace acl::concurrency
