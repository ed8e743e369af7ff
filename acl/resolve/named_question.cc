#include "acl/resolve/named_question.h"

namespace acl {
namespace {

bool IsPrincipal(Kind kind) {
  return kind == Kind::kUser || kind == Kind::kServiceAccount;
}

}  // namespace

void NamedQuestion::Begin(const State& state, Kind kind, absl::string_view id,
                          uint64_t type, absl::string_view resource) {
  subject_.hash = Directory::HashOf(kind, id);
  subject_.index = state.directory.index.PathTo(subject_.hash);
  subject_.index.Prefetch();
  resource_.hash = State::HashOf(type, resource);
  resource_.index = state.resource_index.PathTo(resource_.hash);
  resource_.index.Prefetch();
}

void NamedQuestion::FindIndexLines() {
  subject_.index.FindLine();
  subject_.index.PrefetchLine();
  resource_.index.FindLine();
  resource_.index.PrefetchLine();
}

void NamedQuestion::Guess(const State& state, Kind kind) {
  const Directory& directory = state.directory;
  subject_.number = Directory::Guess(subject_.index, kind, subject_.hash);
  subject_.path = directory.IdsOf(kind).PathTo(subject_.number);
  subject_.path.Prefetch();
  resource_.number = resource_.index.Guess(resource_.hash);
  resource_.path = state.resource_ids.PathTo(resource_.number);
  resource_.path.Prefetch();
  FindPaths(state, IsPrincipal(kind) ? subject_.number : State::kNone,
            resource_.number, &paths_);
  paths_.Prefetch();
}

void NamedQuestion::FindRows() {
  subject_.cell = subject_.path.cell();
  subject_.cell.Prefetch();
  resource_.cell = resource_.path.cell();
  resource_.cell.Prefetch();
  paths_.FindLines(&lines_);
  lines_.Prefetch();
}

uint32_t NamedQuestion::FindId(const State& state, Kind kind,
                               absl::string_view id) const {
  return subject_.Means(id) ? subject_.number
                            : state.directory.Find(kind, id, subject_.hash);
}

uint32_t NamedQuestion::FindResource(const State& state,
                                     const ResourceRef& resource) const {
  return IsResource(state, resource)
             ? resource_.number
             : state.FindResource(resource, resource_.hash);
}

bool NamedQuestion::IsResource(const State& state,
                               const ResourceRef& resource) const {
  return resource_.number != State::kNone &&
         state.IsResource(resource_.cell.Get(), resource);
}

absl::StatusOr<RoleLines> NamedQuestion::Finish(
    const State& state, const Subject& subject,
    const ResourceRef& resource) const {
  if (IsPrincipal(subject.kind()) && subject_.Means(subject.id()) &&
      IsResource(state, resource)) {
    return lines_;
  }
  return FinishSlowly(state, subject, resource);
}

absl::StatusOr<RoleLines> NamedQuestion::FinishSlowly(
    const State& state, const Subject& subject,
    const ResourceRef& resource) const {
  const uint32_t number = FindResource(state, resource);
  const uint32_t who = IsPrincipal(subject.kind())
                           ? FindId(state, subject.kind(), subject.id())
                           : State::kNone;
  if (number != State::kNone && who != State::kNone) {
    return FindLines(state, who, number);
  }
  // An e-mail, a key, or an error; an error of the subject is reported first.
  absl::StatusOr<FoundSubject> found = FindSubject(state, subject);
  if (!found.ok()) return found.status();
  absl::StatusOr<uint32_t> there = acl::FindResource(state, resource);
  if (!there.ok()) return there.status();
  return FindLines(state, *found, *there);
}

}  // namespace acl
