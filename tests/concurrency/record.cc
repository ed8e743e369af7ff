#include "tests/concurrency/record.h"

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tests/oracle/translate.h"

namespace acl::concurrency {
namespace {

void Rest(Pause pause) {
  if (pause == Pause::kYield) std::this_thread::yield();
  if (pause == Pause::kSpin) {
    for (volatile int i = 0; i < 300; i = i + 1) {
    }
  }
}

void Refuse(const absl::Status& status, Record* record) {
  record->answer = Refused{compare::TextOf(status), FaultOf(status)};
}

acl::Subject SubjectOf(const Pair& pair) {
  return Subjects()[pair.subject].ToSubject();
}
const ResourceId& ResourceOf(const Pair& pair) {
  return Resources()[pair.resource];
}

}  // namespace

Known Known::Of(const Workspace& workspace) {
  Known known;
  known.revision = workspace.Token()->revision;
  for (const std::string& role : acl::concurrency::Roles()) {
    known.roles.push_back(*workspace.FindRole(role));
  }
  for (const compare::Caller& subject : Subjects()) {
    known.subjects.push_back(
        workspace.FindSubject(subject.ToSubject()).value_or(SubjectHandle()));
  }
  for (const ResourceId& resource : Resources()) {
    known.resources.push_back(
        workspace.FindResource(resource).value_or(ResourceHandle()));
  }
  for (const std::string& group : Groups()) {
    known.groups.push_back(workspace.FindGroup(group).value_or(GroupHandle()));
  }
  return known;
}

Recorder::Recorder(Workspace workspace, const Known& known, size_t thread,
                   Clock* clock)
    : workspace_(std::move(workspace)),
      thread_(thread),
      clock_(*clock),
      subjects_(known.subjects),
      resources_(known.resources),
      seen_(*workspace_.Token()) {
  seen_.revision = known.revision;
}

void Recorder::Run(const Script& script, std::vector<Record>* records) {
  records->reserve(records->size() + script.size());
  for (const Step& step : script) {
    Record& record = records->emplace_back();
    record.step = &step;
    record.thread = thread_;
    Rest(step.pause);
    Perform(step, &record);
    if (record.revision) {
      seen_.revision = std::max(seen_.revision, *record.revision);
    }
  }
}

void Recorder::Perform(const Step& step, Record* record) {
  if (step.of_held && !held_) {
    record->answer = Refused{"there is no snapshot", v1::FAULT_UNSPECIFIED};
    return;
  }
  const Reader& reader =
      step.of_held ? static_cast<const Reader&>(*held_) : workspace_;
  switch (step.kind) {
    case StepKind::kChange:
      return Change(step, record);
    case StepKind::kRole:
    case StepKind::kRoleByHandle:
      return Role(step, reader, record);
    case StepKind::kCheck:
      return Check(step, reader, record);
    case StepKind::kCheckMany:
      return CheckMany(step, reader, record);
    case StepKind::kRolesByHandle:
      return RolesByHandle(step, reader, record);
    case StepKind::kExplain:
      return Explain(step, reader, record);
    case StepKind::kListResources:
      return ListResources(step, reader, record);
    case StepKind::kListPrincipals:
      return ListPrincipals(step, reader, record);
    case StepKind::kToken:
      return Token(reader, record);
    case StepKind::kHold:
    case StepKind::kHoldAtLeast:
      return Hold(step, record);
    case StepKind::kFind:
      return Find(step, record);
  }
}

void Recorder::Change(const Step& step, Record* record) {
  ChangeOptions options = step.call.options;
  if (step.expects_seen) options.expected_revision = seen_.revision;
  record->expected = options.expected_revision;
  absl::StatusOr<Receipt> receipt = Timed(record, [&] {
    return workspace_.Apply(step.call.actor.ToActor(), step.call.changes,
                            options);
  });
  if (!receipt.ok()) return Refuse(receipt.status(), record);
  // A dry run and a repeated request do not name the workspace's current
  // revision.
  if (!receipt->dry_run && !receipt->replayed) {
    record->revision = receipt->revision;
  }
  record->answer = *std::move(receipt);
}

void Recorder::Role(const Step& step, const Reader& reader, Record* record) {
  const Pair& pair = step.pairs[0];
  const absl::StatusOr<RoleAnswer> answer = Timed(record, [&] {
    return step.kind == StepKind::kRole
               ? reader.EffectiveRole(SubjectOf(pair), ResourceOf(pair))
               : reader.EffectiveRole(subjects_[pair.subject],
                                      resources_[pair.resource]);
  });
  if (!answer.ok()) return Refuse(answer.status(), record);
  record->revision = answer->revision;
  record->answer = std::vector<RoleAnswer>{*answer};
}

void Recorder::Check(const Step& step, const Reader& reader, Record* record) {
  const Pair& pair = step.pairs[0];
  const absl::StatusOr<bool> answer = Timed(record, [&] {
    return reader.Check(SubjectOf(pair), Roles()[step.role], ResourceOf(pair));
  });
  if (!answer.ok()) return Refuse(answer.status(), record);
  record->answer = std::vector<bool>{*answer};
}

void Recorder::CheckMany(const Step& step, const Reader& reader,
                         Record* record) {
  std::vector<Question> questions;
  for (const Pair& pair : step.pairs) {
    questions.push_back(
        {SubjectOf(pair), Roles()[step.role], ResourceOf(pair)});
  }
  absl::StatusOr<CheckManyAnswer> answer =
      Timed(record, [&] { return reader.CheckMany(questions); });
  if (!answer.ok()) return Refuse(answer.status(), record);
  record->revision = answer->revision;
  record->answer = std::move(answer->allowed);
}

void Recorder::RolesByHandle(const Step& step, const Reader& reader,
                             Record* record) {
  std::vector<HandleQuestion> questions;
  for (const Pair& pair : step.pairs) {
    questions.push_back({subjects_[pair.subject], resources_[pair.resource]});
  }
  std::vector<RoleAnswer> answers(questions.size());
  const absl::Status status = Timed(record, [&] {
    return reader.EffectiveRoles(questions, absl::MakeSpan(answers));
  });
  if (!status.ok()) return Refuse(status, record);
  record->revision = answers[0].revision;
  record->answer = std::move(answers);
}

void Recorder::Explain(const Step& step, const Reader& reader, Record* record) {
  const Pair& pair = step.pairs[0];
  absl::StatusOr<Explanation> answer = Timed(record, [&] {
    return reader.Explain(SubjectOf(pair), ResourceOf(pair),
                          Roles()[step.role]);
  });
  if (!answer.ok()) return Refuse(answer.status(), record);
  record->revision = answer->revision;
  record->answer = *std::move(answer);
}

void Recorder::ListResources(const Step& step, const Reader& reader,
                             Record* record) {
  absl::StatusOr<Page<ResourceRole>> page = Timed(record, [&] {
    return reader.ListResources(SubjectOf(step.pairs[0]), Roles()[step.role],
                                "");
  });
  if (!page.ok()) return Refuse(page.status(), record);
  record->revision = page->revision;
  record->answer = std::move(page->items);
}

void Recorder::ListPrincipals(const Step& step, const Reader& reader,
                              Record* record) {
  absl::StatusOr<Page<PrincipalRole>> page = Timed(record, [&] {
    return reader.ListPrincipals(ResourceOf(step.pairs[0]), Roles()[step.role]);
  });
  if (!page.ok()) return Refuse(page.status(), record);
  record->revision = page->revision;
  record->answer = std::move(page->items);
}

void Recorder::Token(const Reader& reader, Record* record) {
  const absl::StatusOr<RevisionToken> token =
      Timed(record, [&] { return reader.Token(); });
  if (!token.ok()) return Refuse(token.status(), record);
  record->revision = token->revision;
}

void Recorder::Hold(const Step& step, Record* record) {
  const bool at_least = step.kind == StepKind::kHoldAtLeast;
  absl::StatusOr<Snapshot> snapshot = Timed(record, [&] {
    return at_least ? workspace_.AtLeast(seen_, absl::ZeroDuration())
                    : workspace_.TakeSnapshot();
  });
  if (!snapshot.ok()) return Refuse(snapshot.status(), record);
  held_ = *std::move(snapshot);
  const absl::StatusOr<RevisionToken> token = held_->Token();
  if (!token.ok()) return Refuse(token.status(), record);
  record->revision = token->revision;
}

void Recorder::Find(const Step& step, Record* record) {
  Found found;
  absl::Status failed;
  record->begin = clock_.Tick();
  for (const Pair& pair : step.pairs) {
    const auto subject = held_->FindSubject(SubjectOf(pair));
    const auto resource = held_->FindResource(ResourceOf(pair));
    auto& handles = found.emplace_back();
    if (subject.ok()) handles.first = *subject;
    if (resource.ok()) handles.second = *resource;
    for (const absl::Status& status : {subject.status(), resource.status()}) {
      if (FaultOf(status) == v1::REVISION_NOT_AVAILABLE) failed = status;
    }
  }
  record->end = clock_.Tick();
  if (!failed.ok()) return Refuse(failed, record);
  for (size_t i = 0; i < found.size(); ++i) {
    subjects_[step.pairs[i].subject] = found[i].first.value_or(SubjectHandle());
    resources_[step.pairs[i].resource] =
        found[i].second.value_or(ResourceHandle());
  }
  record->answer = std::move(found);
}

}  // namespace acl::concurrency
