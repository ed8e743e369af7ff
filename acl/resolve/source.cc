#include "acl/resolve/source.h"

#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl {

absl::string_view SourceWord(SourceKind kind) {
  switch (kind) {
    case SourceKind::kNone:
      return "none";
    case SourceKind::kCreator:
      return "creator";
    case SourceKind::kWorkspaceAdmin:
      return "workspace_admin";
    case SourceKind::kDirect:
      return "direct";
    case SourceKind::kKey:
      return "key";
    case SourceKind::kGroup:
      return "group";
    case SourceKind::kBaseline:
      return "baseline";
  }
  return "";
}

std::string ToString(const Source& source) {
  std::string text(SourceWord(source.kind));
  if (!source.path.empty()) {
    absl::StrAppend(&text, " ", Quoted(source.path.back()));
  }
  if (source.path.size() > 1) {
    absl::StrAppend(&text, " through");
    for (size_t i = 0; i < source.path.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? " " : " > ", Quoted(source.path[i]));
    }
  }
  absl::StrAppend(&text, ": ", source.role);
  return text;
}

}  // namespace acl
