#include "acl/reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/pinned_state.h"
#include "acl/resolve/named_question.h"
#include "acl/resolve/role.h"
#include "acl/resolve/subject.h"
#include "acl/share/explain.h"
#include "acl/share/lookup.h"
#include "acl/workspace_core.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

// Written in place: filling a struct field by field and copying it whole causes
// store-forwarding stalls. Branch-free: whether there is a role, and from which
// source, is unpredictable.
void Answer(const State& state, Effective found, RoleAnswer* answer) {
  const auto if_any = 0u - static_cast<uint32_t>(found.rank != 0);
  const auto if_group =
      0u - static_cast<uint32_t>(found.witness == SourceKind::kGroup);
  answer->role = Role(state.scope & if_any,
                      state.ladder().NumberAt(static_cast<Rank>(found.rank)));
  answer->witness.kind = found.witness;
  answer->witness.group =
      GroupHandle(state.scope & if_group, found.group & if_group);
  answer->revision = state.revision;
}

absl::StatusOr<Effective> Resolve(const State& state, const Subject& subject,
                                  const ResourceRef& resource) {
  NamedQuestion question;
  question.Begin(state, subject.kind(), subject.id(),
                 State::HashOfType(resource.type), resource.id);
  question.FindIndexLines();
  question.Guess(state, subject.kind());
  question.FindRows();
  const absl::StatusOr<RoleLines> lines =
      question.Finish(state, subject, resource);
  if (!lines.ok()) return lines.status();
  Effective found;
  RoleOn(state, *lines, &found);
  return found;
}

// Answers up to kRoleBatch questions by handle. Each step runs for all of them
// before the next, so that the memory for the next step has been prefetched.
void AnswerBatch(const State& state, const HandleQuestion* questions,
                 size_t count, RoleAnswer* answers) {
  std::array<RolePaths, kRoleBatch> paths;
  for (size_t i = 0; i < count; ++i) {
    FindPaths(state, questions[i].subject, questions[i].resource, &paths[i]);
    paths[i].Prefetch();
  }
  std::array<RoleLines, kRoleBatch> lines;
  for (size_t i = 0; i < count; ++i) {
    paths[i].FindLines(&lines[i]);
    lines[i].Prefetch();
  }
  RolesOn(state, lines.data(), count, [&](size_t i, const Effective& found) {
    Answer(state, found, &answers[i]);
  });
}

// A larger batch takes so long (a few hundred microseconds) that it holds its
// version instead of pinning it.
constexpr size_t kMostPinned = 4096;

void AnswerAll(const State& state, absl::Span<const HandleQuestion> questions,
               absl::Span<RoleAnswer> answers) {
  for (size_t begin = 0; begin < questions.size(); begin += kRoleBatch) {
    AnswerBatch(state, &questions[begin],
                std::min(kRoleBatch, questions.size() - begin),
                &answers[begin]);
  }
}

// Caches the result computed from a text until the text changes: the questions
// of a batch tend to have the same type and the same role.
template <class Result>
class LastText {
 public:
  template <class Make>
  const Result& Get(absl::string_view text, const Make& make) {
    if (!made_ || text.data() != text_.data() || text.size() != text_.size()) {
      result_ = make(text);
      text_ = text;
      made_ = true;
    }
    return result_;
  }

 private:
  bool made_ = false;
  absl::string_view text_;
  Result result_ = Result();
};

// The same by id; appends to `allowed`. `first` is the index of the first
// question of this batch.
absl::Status CheckBatch(const State& state, absl::Span<const Question> batch,
                        size_t first, std::vector<bool>* allowed) {
  std::array<NamedQuestion, kRoleBatch> named;
  LastText<uint64_t> type;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto& [subject, role, resource] = batch[i];
    named[i].Begin(state, subject.kind(), subject.id(),
                   type.Get(resource.type, &State::HashOfType), resource.id);
  }
  for (size_t i = 0; i < batch.size(); ++i) named[i].FindIndexLines();
  for (size_t i = 0; i < batch.size(); ++i) {
    named[i].Guess(state, batch[i].subject.kind());
  }
  for (size_t i = 0; i < batch.size(); ++i) named[i].FindRows();
  std::array<RoleLines, kRoleBatch> lines;
  std::array<Rank, kRoleBatch> ranks;
  LastText<absl::StatusOr<Rank>> required;
  for (size_t i = 0; i < batch.size(); ++i) {
    const absl::StatusOr<RoleLines> found =
        named[i].Finish(state, batch[i].subject, batch[i].resource);
    const absl::StatusOr<Rank>& rank = required.Get(
        batch[i].role,
        [&](absl::string_view name) { return state.ladder().Require(name); });
    const absl::Status& status = found.ok() ? rank.status() : found.status();
    if (!status.ok()) {
      return Refuse(FaultOf(status), absl::StrCat("question ", first + i, ": ",
                                                  status.message()));
    }
    ranks[i] = *rank;
    lines[i] = *found;
  }
  std::array<bool, kRoleBatch> can;
  RolesOn(state, lines.data(), batch.size(),
          [&](size_t i, const Effective& found) {
            can[i] = found.rank >= ranks[i];
          });
  allowed->insert(allowed->end(), can.begin(), can.begin() + batch.size());
  return absl::OkStatus();
}

absl::Status CheckAll(const State& state, absl::Span<const Question> questions,
                      CheckManyAnswer* answer) {
  answer->revision = state.revision;
  answer->allowed.reserve(questions.size());
  for (size_t begin = 0; begin < questions.size(); begin += kRoleBatch) {
    if (absl::Status s = CheckBatch(state, questions.subspan(begin, kRoleBatch),
                                    begin, &answer->allowed);
        !s.ok()) {
      return s;
    }
  }
  return absl::OkStatus();
}

Rank RankOf(const State& state, Role role) {
  if (role.scope() != state.scope || role.number() > 0xffff) return 0;
  return state.ladder().RankOf(static_cast<RoleNumber>(role.number()));
}

}  // namespace

Reader::Reader(std::shared_ptr<WorkspaceCore> core,
               std::shared_ptr<const HeldVersion> held)
    : core_(std::move(core)), held_(std::move(held)) {}

absl::StatusOr<RoleAnswer> Reader::EffectiveRole(
    const Subject& subject, const ResourceRef& resource) const {
  RoleAnswer answer;
  {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    const absl::StatusOr<Effective> found = Resolve(*state, subject, resource);
    if (!found.ok()) return found.status();
    Answer(*state, *found, &answer);
  }
  core_->TellDecision(answer.revision, static_cast<bool>(answer.role));
  return answer;
}

absl::StatusOr<RoleAnswer> Reader::EffectiveRole(
    SubjectHandle subject, ResourceHandle resource) const {
  RoleAnswer answer;
  {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    const RoleLines lines = FindLines(*state, subject, resource);
    lines.Prefetch();
    Effective found;
    RoleOn(*state, lines, &found);
    Answer(*state, found, &answer);
  }
  core_->TellDecision(answer.revision, static_cast<bool>(answer.role));
  return answer;
}

absl::Status Reader::EffectiveRoles(absl::Span<const HandleQuestion> questions,
                                    absl::Span<RoleAnswer> answers) const {
  if (questions.size() <= kMostPinned) {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    AnswerAll(*state, questions, answers);
  } else {
    const HeldState state(*this);
    if (!state.ok()) return state.status();
    AnswerAll(*state, questions, answers);
  }
  if (core_->observed()) {
    for (const RoleAnswer& answer : answers.first(questions.size())) {
      core_->TellDecision(answer.revision, static_cast<bool>(answer.role));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Reader::Check(const Subject& subject,
                                   absl::string_view role,
                                   const ResourceRef& resource) const {
  bool allowed = false;
  Revision revision = 0;
  {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    const absl::StatusOr<Effective> found = Resolve(*state, subject, resource);
    if (!found.ok()) return found.status();
    absl::StatusOr<Rank> rank = state->ladder().Require(role);
    if (!rank.ok()) return rank.status();
    allowed = found->rank >= *rank;
    revision = state->revision;
  }
  core_->TellDecision(revision, allowed);
  return allowed;
}

absl::StatusOr<bool> Reader::Check(SubjectHandle subject, Role role,
                                   ResourceHandle resource) const {
  bool allowed = false;
  Revision revision = 0;
  {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    const Rank rank = RankOf(*state, role);
    if (rank == 0) {
      return Refuse(v1::ROLE_UNKNOWN,
                    "the role is not of this workspace, or left its ladder; "
                    "find it again by name");
    }
    const RoleLines lines = FindLines(*state, subject, resource);
    lines.Prefetch();
    allowed = RankOn(*state, lines) >= rank;
    revision = state->revision;
  }
  core_->TellDecision(revision, allowed);
  return allowed;
}

absl::StatusOr<CheckManyAnswer> Reader::CheckMany(
    absl::Span<const Question> questions) const {
  CheckManyAnswer answer;
  absl::Status status;
  if (questions.size() <= kMostPinned) {
    const PinnedState state(*this);
    if (!state.ok()) return state.status();
    status = CheckAll(*state, questions, &answer);
  } else {
    const HeldState state(*this);
    if (!state.ok()) return state.status();
    status = CheckAll(*state, questions, &answer);
  }
  if (!status.ok()) return status;
  if (core_->observed()) {
    for (const bool allowed : answer.allowed) {
      core_->TellDecision(answer.revision, allowed);
    }
  }
  return answer;
}

absl::StatusOr<Explanation> Reader::Explain(
    const Subject& subject, const ResourceRef& resource, absl::string_view role,
    const ExplainOptions& options) const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<FoundSubject> found = acl::FindSubject(*state, subject);
  if (!found.ok()) return found.status();
  absl::StatusOr<uint32_t> row = acl::FindResource(*state, resource);
  if (!row.ok()) return row.status();
  Rank asked = 1;
  if (!role.empty()) {
    absl::StatusOr<Rank> rank = state->ladder().Require(role);
    if (!rank.ok()) return rank.status();
    asked = *rank;
  }
  return acl::Explain(*state, *found, *row, asked, options);
}

absl::StatusOr<SubjectHandle> Reader::FindSubject(
    const Subject& subject) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<FoundSubject> found = acl::FindSubject(*state, subject);
  if (!found.ok()) return found.status();
  if (found->standing != Standing::kUnknown) return HandleOf(*state, *found);
  return SubjectNotFound(subject.kind(), subject.id());
}

absl::StatusOr<ResourceHandle> Reader::FindResource(
    const ResourceRef& resource) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<uint32_t> row = acl::FindResource(*state, resource);
  if (!row.ok()) return row.status();
  if (*row == State::kNone) return ResourceNotVisible(resource);
  return ResourceHandle(state->scope, *row);
}

absl::StatusOr<GroupHandle> Reader::FindGroup(absl::string_view id) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<uint32_t> group = RequireNumber(*state, Kind::kGroup, id);
  if (!group.ok()) {
    if (absl::Status s = CheckId("group id", id); !s.ok()) return s;
    return group.status();
  }
  return GroupHandle(state->scope, *group);
}

absl::StatusOr<Role> Reader::FindRole(absl::string_view name) const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  absl::StatusOr<Rank> rank = state->ladder().Require(name);
  if (!rank.ok()) return rank.status();
  return Role(state->scope, state->ladder().NumberAt(*rank));
}

std::string Reader::RoleName(Role role) const {
  if (!role) return "none";
  const PinnedState state(*this);
  if (!state.ok()) return "";
  const Rank rank = RankOf(*state, role);
  return rank == 0 ? "" : state->ladder().NameAt(rank);
}

std::string Reader::GroupId(GroupHandle group) const {
  const PinnedState state(*this);
  if (!state.ok() || group.scope() != state->scope) return "";
  return std::string(state->directory.group_ids.Get(group.number()));
}

std::vector<std::string> Reader::Roles() const {
  const PinnedState state(*this);
  if (!state.ok()) return {};
  return state->ladder().names();
}

std::vector<std::string> Reader::ResourceTypes() const {
  const PinnedState state(*this);
  if (!state.ok()) return {};
  return state->settings->types;
}

std::string Reader::id() const { return core_->id(); }

absl::StatusOr<RevisionToken> Reader::Token() const {
  const PinnedState state(*this);
  if (!state.ok()) return state.status();
  return state.token();
}

absl::StatusOr<Snapshot> Reader::TakeSnapshot() const {
  if (held_ != nullptr) return Snapshot(core_, held_);
  EpochPin pin;
  return Snapshot(core_,
                  std::make_shared<const HeldVersion>(core_->latest().version));
}

absl::StatusOr<v1::Workspace> Reader::Export() const {
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  return ToWorld(*state);
}

absl::Status Reader::Export(const WorldSink& sink) const {
  constexpr size_t kPartItems = 8192;
  const HeldState state(*this);
  if (!state.ok()) return state.status();
  return ToWorld(*state, kPartItems, sink);
}

}  // namespace acl
