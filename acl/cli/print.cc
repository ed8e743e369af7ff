#include "acl/cli/print.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"
#include "fmt/format.h"

namespace acl::cli {
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

absl::string_view StandingWord(Standing standing) {
  switch (standing) {
    case Standing::kActive:
      return "active";
    case Standing::kUnknown:
      return "unknown";
    case Standing::kLocked:
      return "locked";
    case Standing::kKeyDisabled:
      return "key_disabled";
  }
  return "";
}

std::string SourceText(const Source& source) {
  std::string text(SourceWord(source.kind));
  if (source.kind == SourceKind::kWorkspaceAdmin) text = "workspace admin";
  if (source.path.empty()) return text;
  absl::StrAppend(&text, " ", Quoted(source.path.back()));
  if (source.path.size() == 1) return text;
  text += ", through";
  for (size_t i = 0; i + 1 < source.path.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? " " : " > ", Quoted(source.path[i]));
  }
  return text;
}

Json SourcesJson(const std::vector<Source>& sources) {
  Json list = Json::array();
  for (const Source& source : sources) {
    list.push_back({{"source", std::string(SourceWord(source.kind))},
                    {"role", source.role},
                    {"path", source.path}});
  }
  return list;
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

std::string Raises(uint64_t count) {
  return count == 1 ? "raises 1 role" : fmt::format("raises {} roles", count);
}

}  // namespace

std::string ExplanationText(const std::string& subject,
                            const std::string& resource,
                            const std::string& workspace,
                            const Explanation& explanation) {
  std::string text =
      fmt::format("{} on {}: {}  (workspace {}, revision {})\n",
                  Printable(subject), Printable(resource), explanation.role,
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
                    source.role, SourceText(source));
  }
  if (explanation.sources.empty() && standing.empty()) {
    text += "  no source gives a role\n";
  }
  if (explanation.allowed) return text;
  if (explanation.remedies.empty()) {
    return text + fmt::format("  no single change would allow {}\n",
                              explanation.asked);
  }
  text += fmt::format("  to allow {}, one of:\n", explanation.asked);
  for (const Remedy& remedy : explanation.remedies) {
    text +=
        fmt::format("    - {:<44} {}\n", RemedyText(remedy, explanation.asked),
                    Raises(remedy.raises));
  }
  return text;
}

Json ExplanationJson(const Explanation& explanation) {
  Json remedies = Json::array();
  for (const Remedy& remedy : explanation.remedies) {
    Json item = {{"change", std::string(RemedyWord(remedy.kind))}};
    if (!remedy.group.empty()) item["group"] = remedy.group;
    item["raises"] = remedy.raises;
    remedies.push_back(std::move(item));
  }
  return {{"role", explanation.role},
          {"standing", std::string(StandingWord(explanation.standing))},
          {"resource_exists", explanation.resource_exists},
          {"sources", SourcesJson(explanation.sources)},
          {"deciding", explanation.deciding},
          {"asked", explanation.asked},
          {"allowed", explanation.allowed},
          {"remedies", std::move(remedies)},
          {"revision", explanation.revision}};
}

std::string ReceiptText(const Receipt& receipt) {
  const ShareEffect& effect = *receipt.changes.front().share;
  std::string text = fmt::format(
      "{} on {}\n  grant      {} -> {}\n  effective  {} -> {}\n",
      Printable(effect.target.ToString()),
      Printable(effect.resource.ToString()), effect.grant_before,
      effect.grant_after, effect.effective_before, effect.effective_after);
  for (const Source& source : effect.held_by) {
    text += fmt::format("  {} {} gives {}\n", SourceText(source),
                        effect.grant_after == source.role ? "also" : "still",
                        source.role);
  }
  if (receipt.dry_run) {
    text += receipt.changed
                ? fmt::format(
                      "  dry run: it would be revision {}; nothing was "
                      "written\n",
                      receipt.revision)
                : "  dry run: it would change nothing\n";
  } else {
    text += receipt.changed ? fmt::format("  revision {}\n", receipt.revision)
                            : fmt::format(
                                  "  nothing changed, still revision "
                                  "{}\n",
                                  receipt.revision);
  }
  return text;
}

Json ReceiptJson(const Receipt& receipt) {
  const ShareEffect& effect = *receipt.changes.front().share;
  return {{"resource", effect.resource.ToString()},
          {"target", effect.target.ToString()},
          {"grant_before", effect.grant_before},
          {"grant_after", effect.grant_after},
          {"effective_before", effect.effective_before},
          {"effective_after", effect.effective_after},
          {"held_by", SourcesJson(effect.held_by)},
          {"changed", receipt.changed},
          {"dry_run", receipt.dry_run},
          {"revision", receipt.revision}};
}

std::string WitnessText(const Reader& reader, const Witness& witness) {
  Source source{witness.kind, "", {}};
  if (witness.group) source.path = {reader.GroupId(witness.group)};
  return SourceText(source);
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace acl::cli
