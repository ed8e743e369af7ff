#include "acl/audit/explanation_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "fmt/format.h"

namespace acl {
namespace {

std::string StandingText(Standing standing) {
  switch (standing) {
    case Standing::kActive:
      return "";
    case Standing::kUnknown:
      return "the subject is not in the workspace";
    case Standing::kLocked:
      return "the user is locked: no source counts";
    case Standing::kKeyDisabled:
      return "the key is disabled: no source counts";
  }
  return "";
}

std::string RemedyText(const Remedy& remedy, const std::string& asked) {
  switch (remedy.kind) {
    case RemedyKind::kGrant:
      return absl::StrCat("grant it ", asked);
    case RemedyKind::kGrantGroup:
      return absl::StrCat("grant its group ", Quoted(remedy.group), " ", asked);
    case RemedyKind::kGrantBaseline:
      return absl::StrCat("grant everybody (`default`) ", asked);
    case RemedyKind::kJoinGroup:
      return absl::StrCat("add it to group ", Quoted(remedy.group));
    case RemedyKind::kUnlock:
      return "unlock the user";
    case RemedyKind::kEnableKey:
      return "enable the key";
  }
  return "";
}

std::string RaisesText(const Remedy& remedy) {
  return fmt::format("raises {}{} {}", remedy.at_least ? "at least " : "",
                     remedy.raises, remedy.raises == 1 ? "role" : "roles");
}

}  // namespace

std::string SourceText(const Source& source) {
  std::string text(SourceWord(source.kind));
  if (source.kind == SourceKind::kWorkspaceAdmin) text = "workspace admin";
  if (source.path.empty()) return text;
  absl::StrAppend(&text, " ", Quoted(source.path.back()));
  if (source.path_omitted) text += ", through others";
  if (source.path.size() == 1) return text;
  text += ", through";
  for (size_t i = 0; i + 1 < source.path.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " " : " > ", Quoted(source.path[i]));
  }
  return text;
}

std::string ExplanationText(const std::string& subject,
                            const std::string& resource,
                            const std::string& workspace,
                            const Explanation& explanation,
                            size_t most_remedies) {
  std::string text = fmt::format("{} on {}: {}  (workspace {}, revision {})\n",
                                 Printable(subject), Printable(resource),
                                 Printable(explanation.role),
                                 Printable(workspace), explanation.revision);
  if (!explanation.resource_exists) {
    return text + "  the resource is not in the workspace\n";
  }
  const std::string standing = StandingText(explanation.standing);
  if (!standing.empty()) text += "  " + standing + "\n";
  for (size_t i = 0; i < explanation.sources.size(); ++i) {
    const Source& source = explanation.sources[i];
    text +=
        fmt::format("  {} {:<10} {}\n", i < explanation.deciding ? "*" : " ",
                    Printable(source.role), SourceText(source));
  }
  if (explanation.sources.empty() && standing.empty()) {
    text += "  no source gives a role\n";
  }
  if (explanation.allowed) return text;
  const std::string asked = Printable(explanation.asked);
  if (explanation.remedies.empty()) {
    return text + fmt::format("  no single change would allow {}\n", asked);
  }
  text += fmt::format("  to allow {}, one of:\n", asked);
  const size_t shown = std::min(most_remedies, explanation.remedies.size());
  for (size_t i = 0; i < shown; ++i) {
    const Remedy& remedy = explanation.remedies[i];
    text += fmt::format("    - {:<44} {}\n", RemedyText(remedy, asked),
                        RaisesText(remedy));
  }
  if (shown < explanation.remedies.size()) {
    text +=
        fmt::format("    and {} more\n", explanation.remedies.size() - shown);
  }
  return text;
}

}  // namespace acl
