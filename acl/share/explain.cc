#include "acl/share/explain.h"

#include <algorithm>

#include "acl/resolve/effective.h"
#include "acl/share/patience.h"
#include "acl/share/remedies.h"

namespace acl {

absl::string_view RemedyWord(RemedyKind kind) {
  switch (kind) {
    case RemedyKind::kGrant:
      return "grant";
    case RemedyKind::kGrantGroup:
      return "grant_group";
    case RemedyKind::kGrantBaseline:
      return "grant_baseline";
    case RemedyKind::kJoinGroup:
      return "join_group";
    case RemedyKind::kUnlock:
      return "unlock";
    case RemedyKind::kEnableKey:
      return "enable_key";
  }
  return "";
}

absl::StatusOr<Explanation> Explain(const State& state,
                                    const FoundSubject& subject,
                                    uint32_t resource, Rank asked,
                                    const ExplainOptions& options) {
  Patience patience(options);
  if (absl::Status s = patience.Check(); !s.ok()) return s;
  Explanation explanation;
  explanation.revision = state.revision;
  explanation.standing = subject.standing;
  const bool exists = resource != State::kNone;
  explanation.resource_exists = exists;
  explanation.asked = state.ladder().NameAt(asked);
  Rank rank = 0;
  if (exists && subject.known()) {
    const Resolver resolver(state, subject);
    rank = static_cast<Rank>(resolver.On(resource).rank);
    explanation.sources = resolver.SourcesOn(resource);
  }
  explanation.role = state.ladder().NameAt(rank);
  explanation.allowed = rank >= asked;
  if (rank != 0) {
    explanation.deciding = std::count_if(
        explanation.sources.begin(), explanation.sources.end(),
        [&](const Source& source) { return source.role == explanation.role; });
  }
  if (!explanation.allowed && exists && subject.known()) {
    explanation.remedies = FindRemedies(state, subject, resource, asked,
                                        options.row_budget, &patience);
  }
  if (!patience.ended().ok()) return patience.ended();
  return explanation;
}

}  // namespace acl
