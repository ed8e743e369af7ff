#include <utility>

#include "acl/base/fault.h"
#include "acl/page_token.h"
#include "acl/pinned_state.h"
#include "acl/reader.h"
#include "acl/resolve/list.h"
#include "acl/resolve/subject.h"

namespace acl {
namespace {

constexpr size_t kRowsPerHeartbeat = 256;

// Fills one page, whatever its items are.
template <class Item>
class PageBuilder {
 public:
  PageBuilder(const PinnedState& state, const PageOptions& options)
      : state_(state), options_(options) {
    page_.revision = state->revision;
  }

  // Called for every row that is looked at; false to stop.
  bool Heartbeat() {
    if (rows_++ % kRowsPerHeartbeat == 0 && options_.cancelled &&
        options_.cancelled()) {
      cancelled_ = true;
    }
    return !cancelled_;
  }

  // Called for every item; false once the page is full and goes on.
  bool Add(const NameRef& name, Item item) {
    if (page_.items.size() == options_.page_size) {
      page_.next = EncodePageToken(state_.token(), *last_);
      return false;
    }
    page_.items.push_back(std::move(item));
    last_ = name;
    return true;
  }

  absl::StatusOr<Page<Item>> Finish() {
    if (cancelled_) {
      return Refuse(v1::CANCELLED_BY_CALLER, "the caller cancelled the list");
    }
    return std::move(page_);
  }

 private:
  const PinnedState& state_;
  const PageOptions& options_;
  Page<Item> page_;
  NameRef last_;
  size_t rows_ = 0;
  bool cancelled_ = false;
};

absl::StatusOr<Rank> LeastRank(const State& state, absl::string_view role) {
  if (role.empty()) return Rank{1};
  return state.ladder().Require(role);
}

// The position that a list goes on from; none for the first page.
absl::StatusOr<std::optional<PagePosition>> Position(
    const PinnedState& state, const PageOptions& options) {
  if (options.page_size == 0) {
    return Refuse(v1::MALFORMED, "the page size is 0; ask for at least 1");
  }
  if (options.token.empty()) return std::optional<PagePosition>();
  absl::StatusOr<PagePosition> position =
      DecodePageToken(options.token, state.token());
  if (!position.ok()) return position.status();
  return std::optional<PagePosition>(*std::move(position));
}

Role RoleOf(const State& state, Rank rank) {
  return {state.scope, state.ladder().NumberAt(rank)};
}

PrincipalId IdOf(const PrincipalRow& principal) {
  const Name& name = *principal.name;
  return name.kind == Kind::kUser ? PrincipalId::User(name.id)
                                  : PrincipalId::ServiceAccount(name.id);
}

}  // namespace

absl::StatusOr<Page<ResourceRole>> Reader::ListResources(
    const Subject& subject, absl::string_view at_least, absl::string_view type,
    const PageOptions& options) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<FoundSubject> found = acl::FindSubject(*state, subject);
  if (!found.ok()) return found.status();
  if (!type.empty()) {
    if (absl::Status s = state->settings->RequireType(type); !s.ok()) return s;
  }
  absl::StatusOr<Rank> rank = LeastRank(*state, at_least);
  if (!rank.ok()) return rank.status();
  absl::StatusOr<std::optional<PagePosition>> after = Position(state, options);
  if (!after.ok()) return after.status();
  const NameKey key = *after ? (*after)->key() : NameKey();
  PageBuilder<ResourceRole> page(state, options);
  VisitResources(
      *state, *found, *rank, type, *after ? &key : nullptr,
      [&] { return page.Heartbeat(); },
      [&](const ResourceRow& row, const Effective& effective) {
        return page.Add(row.name, {{row.name->type, row.name->id},
                                   RoleOf(*state, effective.rank)});
      });
  return page.Finish();
}

absl::StatusOr<Page<PrincipalRole>> Reader::ListPrincipals(
    const ResourceRef& resource, absl::string_view at_least,
    const PageOptions& options) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<const ResourceRow*> row = acl::FindResource(*state, resource);
  if (!row.ok()) return row.status();
  absl::StatusOr<Rank> rank = LeastRank(*state, at_least);
  if (!rank.ok()) return rank.status();
  absl::StatusOr<std::optional<PagePosition>> after = Position(state, options);
  if (!after.ok()) return after.status();
  const NameKey key = *after ? (*after)->key() : NameKey();
  PageBuilder<PrincipalRole> page(state, options);
  if (*row == nullptr) return page.Finish();
  acl::VisitPrincipals(
      *state, **row, *rank, *after ? &key : nullptr,
      [&] { return page.Heartbeat(); },
      [&](const PrincipalRow& principal, const Effective& effective) {
        return page.Add(principal.name,
                        {IdOf(principal), RoleOf(*state, effective.rank)});
      });
  return page.Finish();
}

absl::Status Reader::VisitMatrix(const MatrixVisitor& visit) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  auto at = state->directory.names.From(KeyOf(Kind::kServiceAccount, ""));
  for (; at.valid(); at.Next()) {
    const PrincipalRow& principal = *state->directory.Principal(at.key());
    const PrincipalId id = IdOf(principal);
    const bool complete = VisitResources(
        *state, SubjectOf(principal), 1, "", nullptr, [] { return true; },
        [&](const ResourceRow& row, const Effective& effective) {
          return visit(id, {row.name->type, row.name->id},
                       RoleOf(*state, effective.rank));
        });
    if (!complete) {
      return Refuse(v1::CANCELLED_BY_CALLER, "the caller ended the matrix");
    }
  }
  return absl::OkStatus();
}

absl::Status Reader::VisitPrincipals(const PrincipalVisitor& visit) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  auto at = state->directory.names.From(KeyOf(Kind::kServiceAccount, ""));
  for (; at.valid(); at.Next()) {
    if (!visit(IdOf(*state->directory.Principal(at.key())))) {
      return Refuse(v1::CANCELLED_BY_CALLER, "the caller ended the list");
    }
  }
  return absl::OkStatus();
}

}  // namespace acl
