#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/page_token.h"
#include "acl/pinned_state.h"
#include "acl/reader.h"
#include "acl/resolve/list.h"
#include "acl/resolve/subject.h"

namespace acl {
namespace {

constexpr size_t kRowsPerHeartbeat = 256;
// A page with this many items is likely to become full: its full size is
// reserved at once, up to a bound.
constexpr size_t kManyItems = 32;
constexpr size_t kMostRoom = 4096;

std::string NameOf(const ResourceRole& item) {
  return item.resource.ToString();
}
std::string NameOf(const PrincipalRole& item) {
  return item.principal.ToString();
}

// Computes the fingerprint of a question. Called only if there is another page:
// hashing takes longer than a short list.
using Fingerprint = absl::FunctionRef<std::string()>;

// Fills one page of any kind of item. REQUIRES: what it is given outlives it.
template <class Item>
class PageBuilder {
 public:
  PageBuilder(const HeldState& state, const PageOptions& options,
              Fingerprint fingerprint)
      : state_(state), options_(options), fingerprint_(fingerprint) {
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

  // Called for every item; returns false once the page is full and more follow.
  template <class MakeItem>
  bool Add(const MakeItem& make_item) {
    if (page_.items.size() == options_.page_size) {
      page_.next = EncodePageToken(state_.token(), fingerprint_(),
                                   NameOf(page_.items.back()));
      return false;
    }
    if (page_.items.size() == kManyItems) {
      page_.items.reserve(std::min(options_.page_size, kMostRoom));
    }
    page_.items.push_back(make_item());
    return true;
  }

  absl::StatusOr<Page<Item>> Finish() {
    if (cancelled_) {
      return Refuse(v1::CANCELLED_BY_CALLER, "the caller cancelled the list");
    }
    return std::move(page_);
  }

 private:
  const HeldState& state_;
  const PageOptions& options_;
  const Fingerprint fingerprint_;
  Page<Item> page_;
  size_t rows_ = 0;
  bool cancelled_ = false;
};

absl::StatusOr<Rank> LeastRank(const State& state, absl::string_view role) {
  if (role.empty()) return Rank{1};
  return state.ladder().Require(role);
}

// The number of the resource that a token names; kNone if it does not exist.
uint32_t ResourceNamed(const State& state, absl::string_view name) {
  const absl::StatusOr<ResourceRef> ref = ResourceRef::Parse(name);
  return ref.ok() ? state.FindResource(*ref) : State::kNone;
}
uint32_t PrincipalNamed(const State& state, absl::string_view name) {
  const absl::StatusOr<PrincipalId> id = PrincipalId::Parse(name);
  return id.ok() ? state.directory.Find(id->kind(), id->id()) : State::kNone;
}

// The first number that may be on the page of the list whose items `find`
// finds.
absl::StatusOr<uint32_t> Position(
    const HeldState& state, const PageOptions& options, Fingerprint fingerprint,
    uint32_t (*find)(const State&, absl::string_view)) {
  if (options.page_size == 0) {
    return Refuse(v1::MALFORMED, "the page size is 0; ask for at least 1");
  }
  if (options.token.empty()) return 0;
  const absl::StatusOr<std::string> last =
      DecodePageToken(options.token, state.token(), fingerprint());
  if (!last.ok()) return last.status();
  const uint32_t number = find(*state, *last);
  // Everything named by a genuine token exists at its revision.
  if (number == State::kNone) return NoPageToken();
  return number + 1;
}

Role RoleOf(const State& state, Rank rank) {
  return {state.scope, state.ladder().NumberAt(rank)};
}

PrincipalId IdOf(const State& state, uint32_t principal) {
  std::string id(state.directory.principal_ids.Get(principal));
  return state.directory.KindOf(principal) == Kind::kUser
             ? PrincipalId::User(std::move(id))
             : PrincipalId::ServiceAccount(std::move(id));
}

// Subjects that stand for the same principal have the same list.
std::string FingerprintOfResources(const State& state,
                                   const FoundSubject& subject, Rank least,
                                   absl::string_view type) {
  return FingerprintOf(
      {"resources",
       subject.known() ? IdOf(state, subject.principal).ToString() : "",
       absl::StrCat(static_cast<int>(subject.standing)), absl::StrCat(least),
       type});
}

}  // namespace

absl::StatusOr<Page<ResourceRole>> Reader::ListResources(
    const Subject& subject, absl::string_view at_least, absl::string_view type,
    const PageOptions& options) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<FoundSubject> found = acl::FindSubject(*state, subject);
  if (!found.ok()) return found.status();
  if (!type.empty()) {
    if (absl::Status s = state->settings->RequireType(type); !s.ok()) return s;
  }
  absl::StatusOr<Rank> rank = LeastRank(*state, at_least);
  if (!rank.ok()) return rank.status();
  const auto fingerprint = [&] {
    return FingerprintOfResources(*state, *found, *rank, type);
  };
  absl::StatusOr<uint32_t> from =
      Position(state, options, fingerprint, ResourceNamed);
  if (!from.ok()) return from.status();
  PageBuilder<ResourceRole> page(state, options, fingerprint);
  decltype(State::resource_ids)::Scan ids(state->resource_ids);
  VisitResources(
      *state, *found, *rank, type, *from, [&] { return page.Heartbeat(); },
      [&](uint32_t number, Rank at) {
        return page.Add([&] {
          const ResourceRef ref = state->ResourceIn(ids.Get(number));
          return ResourceRole{{std::string(ref.type), std::string(ref.id)},
                              RoleOf(*state, at)};
        });
      });
  return page.Finish();
}

absl::StatusOr<Page<PrincipalRole>> Reader::ListPrincipals(
    const ResourceRef& resource, absl::string_view at_least,
    const PageOptions& options) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<uint32_t> found = acl::FindResource(*state, resource);
  if (!found.ok()) return found.status();
  absl::StatusOr<Rank> rank = LeastRank(*state, at_least);
  if (!rank.ok()) return rank.status();
  const auto fingerprint = [&] {
    return FingerprintOf(
        {"principals", resource.type, resource.id, absl::StrCat(*rank)});
  };
  absl::StatusOr<uint32_t> from =
      Position(state, options, fingerprint, PrincipalNamed);
  if (!from.ok()) return from.status();
  PageBuilder<PrincipalRole> page(state, options, fingerprint);
  if (*found == State::kNone) return page.Finish();
  acl::VisitPrincipals(
      *state, *found, *rank, *from, [&] { return page.Heartbeat(); },
      [&](uint32_t number, Rank at) {
        return page.Add([&] {
          return PrincipalRole{IdOf(*state, number), RoleOf(*state, at)};
        });
      });
  return page.Finish();
}

absl::Status Reader::VisitMatrix(const MatrixVisitor& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  const std::vector<uint32_t> order = state->SortedResources();
  const bool as_added = std::is_sorted(order.begin(), order.end());
  // The place of each resource in the order.
  std::vector<uint32_t> places(as_added ? 0 : state->next_resource);
  for (uint32_t i = 0; !as_added && i < order.size(); ++i) places[order[i]] = i;
  std::vector<std::pair<uint32_t, Rank>> row;
  decltype(State::resource_ids)::Scan ids(state->resource_ids);
  for (const Kind kind : {Kind::kServiceAccount, Kind::kUser}) {
    for (const uint32_t principal : SortedPrincipals(state->directory, kind)) {
      const PrincipalId id = IdOf(*state, principal);
      const auto give = [&](uint32_t number, Rank rank) {
        return visit(id, state->ResourceIn(ids.Get(number)),
                     RoleOf(*state, rank));
      };
      row.clear();
      bool complete = VisitResources(
          *state, SubjectOf(*state, principal), 1, "", 0, [] { return true; },
          [&](uint32_t number, Rank rank) {
            if (as_added) return give(number, rank);
            row.emplace_back(places[number], rank);
            return true;
          });
      std::sort(row.begin(), row.end());
      for (size_t i = 0; complete && i < row.size(); ++i) {
        complete = give(order[row[i].first], row[i].second);
      }
      if (!complete) {
        return Refuse(v1::CANCELLED_BY_CALLER, "the caller ended the matrix");
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Reader::VisitPrincipals(const PrincipalVisitor& visit) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  for (const Kind kind : {Kind::kServiceAccount, Kind::kUser}) {
    for (const uint32_t principal : SortedPrincipals(state->directory, kind)) {
      if (!visit(IdOf(*state, principal))) {
        return Refuse(v1::CANCELLED_BY_CALLER, "the caller ended the list");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace acl
