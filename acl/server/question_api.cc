#include "acl/server/question_api.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/audit/answer_json.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/server/apply.h"
#include "acl/server/headers.h"
#include "acl/server/secret.h"

namespace acl::server {
namespace {

// How many remedies an explanation shows by default.
constexpr size_t kRemedies = 100;
constexpr size_t kMostRemedies = 10'000;
constexpr size_t kMaxPage = 10'000;
// How often a waiting call checks whether the server is stopping.
constexpr absl::Duration kNap = absl::Milliseconds(100);

absl::Status MayNotAsk(absl::string_view what) {
  return absl::PermissionDeniedError(what);
}

ApiError TooMany(absl::string_view message) {
  return Unavailable("overloaded", message);
}

ApiError TookTooLong(const Allowance& allowance) {
  if (allowance.IsAborted()) {
    return Unavailable("stopping", "the server is stopping");
  }
  return ErrorOf(Refuse(v1::DEADLINE_EXCEEDED,
                        "the answer took longer than a request may; ask for "
                        "less: the role alone, or a smaller page"));
}

// The error for a refused question; if it is not the engine's, it is about
// rights.
ApiError QuestionError(const absl::Status& status, const Call& call) {
  if (FaultOf(status) == v1::CANCELLED_BY_CALLER) {
    return TookTooLong(call.allowance);
  }
  if (FaultOf(status) == v1::FAULT_UNSPECIFIED) {
    return NotAllowed(std::string(status.message()));
  }
  return ErrorOf(status);
}

bool IsCaller(const Call& call, const Snapshot& now, const Subject& subject) {
  if (subject.kind() == Kind::kKey && subject.id() == call.caller.key) {
    return true;
  }
  const absl::StatusOr<PrincipalId> principal = now.PrincipalOf(subject);
  return principal.ok() && principal->ToString() == call.caller.principal;
}

bool IsAdminOf(const Call& call, const Snapshot& now,
               const ResourceRef& resource) {
  const absl::StatusOr<bool> admin =
      now.Check(Subject::Key(call.caller.key), now.Roles().back(), resource);
  return admin.ok() && *admin;
}

absl::Status CheckMayAsk(const Call& call, const Snapshot& now,
                         const Subject& subject, const ResourceRef& resource) {
  if (call.caller.workspace_admin || IsCaller(call, now, subject) ||
      IsAdminOf(call, now, resource)) {
    return absl::OkStatus();
  }
  return MayNotAsk(
      "only workspace admins and admins of the resource may ask about others");
}

// A numeric parameter from `least` to `most`; `otherwise` if it is absent.
absl::StatusOr<size_t> NumberOf(const Call& call, const char* name,
                                size_t least, size_t most, size_t otherwise) {
  const std::optional<std::string> text = call.Parameter(name);
  if (!text) return otherwise;
  size_t number = 0;
  if (absl::SimpleAtoi(*text, &number) && number >= least && number <= most) {
    return number;
  }
  return Refuse(v1::MALFORMED,
                absl::StrCat("`", name, "` is a number from ", least, " to ",
                             most, ", not ", Quoted(*text)));
}

absl::StatusOr<PageOptions> PageOf(const Call& call) {
  PageOptions page;
  const absl::StatusOr<size_t> size =
      NumberOf(call, "page_size", 1, kMaxPage, page.page_size);
  if (!size.ok()) return size.status();
  page.page_size = *size;
  page.token = call.Parameter("page_token").value_or("");
  page.cancelled = [&call] { return call.allowance.IsOver(); };
  return page;
}

// The refusal of a page. The server has no snapshots to offer clients.
absl::Status PageRefusal(const absl::Status& status,
                         const PageOptions& options) {
  if (options.token.empty() || FaultOf(status) != v1::REVISION_NOT_AVAILABLE) {
    return status;
  }
  return Refuse(v1::REVISION_NOT_AVAILABLE,
                absl::StrCat(status.message(),
                             "; over HTTP, ask for each page with the same "
                             "revision in `at`"));
}

// The remaining fields of a list's page.
template <class Item>
Json PageJson(Json items, const Page<Item>& page) {
  return {
      {"items", std::move(items)},
      {"next_page_token", page.next.empty() ? Json(nullptr) : Json(page.next)},
      {"revision", page.revision}};
}

}  // namespace

Outcome QuestionApi::Answer(Call* call, Ask ask) {
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const std::string* const least = call->request.Header(kLeastRevisionHeader);
  if (const std::optional<std::string> at = call->Parameter("at")) {
    if (least != nullptr) {
      return BadRequest(
          "`at` names one revision, and the header `acl-min-revision` asks for "
          "that or a later one; send one of the two",
          kLeastRevisionHeader);
    }
    return AnswerOfPast(*at, call, ask);
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  absl::StatusOr<Snapshot> snapshot = NowOf(call);
  if (least != nullptr) {
    const absl::StatusOr<RevisionToken> token = RevisionToken::Parse(*least);
    if (!token.ok()) return ErrorOf(token.status());
    snapshot = workspace->AtLeast(*token, absl::ZeroDuration());
    if (FaultOf(snapshot.status()) == v1::REVISION_TIMEOUT) {
      const Seats::Taken seat(&waiting_);
      if (!seat.ok()) return TooMany("too many requests wait for a revision");
      snapshot = AwaitRevision(*workspace, *token, call->allowance);
    }
    if (!snapshot.ok()) return ErrorOf(snapshot.status());
    if (std::optional<Outcome> no = call->RefusedAt(*snapshot)) return *no;
  }
  if (!snapshot.ok()) return ErrorOf(snapshot.status());
  absl::StatusOr<Json> answer = ask(*snapshot);
  if (!answer.ok()) return QuestionError(answer.status(), *call);
  if (const absl::StatusOr<RevisionToken> token = snapshot->Token();
      token.ok()) {
    call->revision = token->ToString();
    (*answer)["token"] = call->revision;
  }
  return *std::move(answer);
}

absl::StatusOr<Snapshot> QuestionApi::AwaitRevision(
    const Workspace& workspace, const RevisionToken& token,
    const Allowance& allowance) const {
  const absl::Time until =
      std::min(absl::Now() + max_wait_, allowance.deadline);
  for (;;) {
    const absl::Duration left = until - absl::Now();
    absl::StatusOr<Snapshot> snapshot =
        workspace.AtLeast(token, std::clamp(left, absl::ZeroDuration(), kNap));
    if (FaultOf(snapshot.status()) != v1::REVISION_TIMEOUT || left <= kNap ||
        allowance.IsAborted()) {
      return snapshot;
    }
  }
}

absl::StatusOr<Snapshot> QuestionApi::PastOf(const Snapshot& now,
                                             const Moment& moment) const {
  const absl::StatusOr<std::unique_ptr<Engine>> engine = engine_.At(moment);
  if (!engine.ok()) return engine.status();
  const absl::StatusOr<Workspace> past = (*engine)->FindWorkspace(now.id());
  if (!past.ok()) return past.status();
  absl::StatusOr<Snapshot> then = past->TakeSnapshot();
  if (!then.ok()) return then;
  // An earlier workspace with the same name belongs to someone else.
  if (then->Token()->incarnation != now.Token()->incarnation) {
    return Refuse(v1::REVISION_NOT_AVAILABLE,
                  "the workspace was not there at that moment");
  }
  return then;
}

Outcome QuestionApi::AnswerOfPast(const std::string& at, Call* call, Ask ask) {
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const absl::StatusOr<Moment> moment = Moment::Parse(at, workspace->id());
  if (!moment.ok()) return ErrorOf(moment.status());
  // A caller who may not ask now may not ask about the past either; this check
  // is cheap.
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  call->revision.clear();  // the answer is from another one
  const absl::Status asked_now = ask(*now).status();
  if (!asked_now.ok() && (FaultOf(asked_now) == v1::FAULT_UNSPECIFIED ||
                          FaultOf(asked_now) == v1::CANCELLED_BY_CALLER)) {
    return QuestionError(asked_now, *call);
  }
  const Seats::Taken seat(&pasts_);
  if (!seat.ok()) return TooMany("too many requests ask about the past");
  const Turns::Turn turn(&past_, "", [&] { return call->allowance.IsOver(); });
  if (!turn.ok()) {
    return TooMany("others have asked about the past for too long");
  }
  const absl::StatusOr<Snapshot> snapshot = PastOf(*now, *moment);
  if (!snapshot.ok()) return ErrorOf(snapshot.status());
  absl::StatusOr<Json> answer = ask(*snapshot);
  if (!answer.ok()) return QuestionError(answer.status(), *call);
  call->revision = snapshot->Token()->ToString();
  return *std::move(answer);
}

Outcome QuestionApi::AnswerOne(
    Call* call,
    absl::FunctionRef<absl::StatusOr<Json>(const Snapshot&, const Subject&,
                                           const ResourceRef&)>
        ask) {
  const std::string subject_text = call->RequiredParameter("subject");
  const std::string resource_text = call->RequiredParameter("resource");
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Subject> subject = Subject::Parse(subject_text);
  if (!subject.ok()) return ErrorOf(subject.status());
  const absl::StatusOr<ResourceRef> resource =
      ResourceRef::Parse(resource_text);
  if (!resource.ok()) return ErrorOf(resource.status());
  return Answer(call, [&](const Snapshot& now) -> absl::StatusOr<Json> {
    if (absl::Status s = CheckMayAsk(*call, now, *subject, *resource);
        !s.ok()) {
      return s;
    }
    return ask(now, *subject, *resource);
  });
}

Outcome QuestionApi::Role(Call* call) {
  return AnswerOne(call,
                   [](const Snapshot& now, const Subject& subject,
                      const ResourceRef& resource) -> absl::StatusOr<Json> {
                     const absl::StatusOr<RoleAnswer> role =
                         now.EffectiveRole(subject, resource);
                     if (!role.ok()) return role.status();
                     return RoleJson(now, *role);
                   });
}

Outcome QuestionApi::Check(Call* call) {
  const std::string role = call->RequiredParameter("role");
  return AnswerOne(call,
                   [&](const Snapshot& now, const Subject& subject,
                       const ResourceRef& resource) -> absl::StatusOr<Json> {
                     const absl::StatusOr<CheckManyAnswer> answer =
                         now.CheckMany({Question{subject, role, resource}});
                     if (!answer.ok()) return answer.status();
                     return Json{{"allowed", bool{answer->allowed[0]}},
                                 {"revision", answer->revision}};
                   });
}

Outcome QuestionApi::CheckMany(Call* call) {
  Fields body = call->Body();
  struct Asked {
    std::string subject, role, resource;
  };
  std::vector<Asked> asked;
  if (body.Raw("questions").is_null()) body.Missing("questions");
  for (Fields& question : body.OptionalObjects("questions")) {
    question.RefuseOthers({"subject", "role", "resource"});
    asked.push_back({question.Text("subject"), question.Text("role"),
                     question.Text("resource")});
  }
  return Answer(call, [&](const Snapshot& now) -> absl::StatusOr<Json> {
    std::vector<Question> questions;
    questions.reserve(asked.size());
    for (const Asked& one : asked) {
      const absl::StatusOr<Subject> subject = Subject::Parse(one.subject);
      if (!subject.ok()) return subject.status();
      const absl::StatusOr<ResourceRef> resource =
          ResourceRef::Parse(one.resource);
      if (!resource.ok()) return resource.status();
      if (absl::Status s = CheckMayAsk(*call, now, *subject, *resource);
          !s.ok()) {
        return s;
      }
      questions.push_back({*subject, one.role, *resource});
    }
    const absl::StatusOr<CheckManyAnswer> answer = now.CheckMany(questions);
    if (!answer.ok()) return answer.status();
    Json allowed = Json::array();
    for (const bool one : answer->allowed) allowed.push_back(one);
    return Json{{"allowed", std::move(allowed)},
                {"revision", answer->revision}};
  });
}

Outcome QuestionApi::Explain(Call* call) {
  const std::string role = call->Parameter("role").value_or("");
  const absl::StatusOr<size_t> remedies =
      NumberOf(*call, "remedies", 1, kMostRemedies, kRemedies);
  if (!remedies.ok()) return ErrorOf(remedies.status());
  const Seats::Taken seat(&explanations_);
  if (!seat.ok()) return TooMany("too many explanations are under way");
  ExplainOptions options;
  options.cancelled = [call] { return call->allowance.IsOver(); };
  return AnswerOne(
      call,
      [&](const Snapshot& now, const Subject& subject,
          const ResourceRef& resource) -> absl::StatusOr<Json> {
        const absl::StatusOr<bool> visible = IsVisible(*call, now, resource);
        if (!visible.ok()) return visible.status();
        // A resource that is not visible is explained like one that does not
        // exist.
        const absl::StatusOr<std::string> nowhere = NewId("none");
        if (!nowhere.ok()) return nowhere.status();
        const absl::StatusOr<Explanation> explanation = now.Explain(
            subject, *visible ? resource : ResourceRef{resource.type, *nowhere},
            role, options);
        if (!explanation.ok()) return explanation.status();
        return ExplanationJson(*explanation, *remedies);
      });
}

Outcome QuestionApi::Who(Call* call) {
  const std::string text = call->RequiredParameter("resource");
  const std::string min_role = call->Parameter("min_role").value_or("");
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<ResourceRef> resource = ResourceRef::Parse(text);
  if (!resource.ok()) return ErrorOf(resource.status());
  const absl::StatusOr<PageOptions> options = PageOf(*call);
  if (!options.ok()) return ErrorOf(options.status());
  return Answer(call, [&](const Snapshot& now) -> absl::StatusOr<Json> {
    if (!call->caller.workspace_admin && !IsAdminOf(*call, now, *resource)) {
      return MayNotAsk(
          "only workspace admins and admins of the resource may ask who can "
          "access it");
    }
    const absl::StatusOr<Page<PrincipalRole>> page =
        now.ListPrincipals(*resource, min_role, *options);
    if (!page.ok()) return PageRefusal(page.status(), *options);
    Json items = Json::array();
    for (const PrincipalRole& item : page->items) {
      items.push_back({{"principal", item.principal.ToString()},
                       {"role", now.RoleName(item.role)}});
    }
    return PageJson(std::move(items), *page);
  });
}

Outcome QuestionApi::What(Call* call) {
  const std::string text = call->RequiredParameter("subject");
  const std::string min_role = call->Parameter("min_role").value_or("");
  const std::string type = call->Parameter("type").value_or("");
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Subject> subject = Subject::Parse(text);
  if (!subject.ok()) return ErrorOf(subject.status());
  const absl::StatusOr<PageOptions> options = PageOf(*call);
  if (!options.ok()) return ErrorOf(options.status());
  return Answer(call, [&](const Snapshot& now) -> absl::StatusOr<Json> {
    if (!call->caller.workspace_admin && !IsCaller(*call, now, *subject)) {
      return MayNotAsk("only workspace admins may ask what others can access");
    }
    const absl::StatusOr<Page<ResourceRole>> page =
        now.ListResources(*subject, min_role, type, *options);
    if (!page.ok()) return PageRefusal(page.status(), *options);
    Json items = Json::array();
    for (const ResourceRole& item : page->items) {
      items.push_back({{"resource", item.resource.ToString()},
                       {"role", now.RoleName(item.role)}});
    }
    return PageJson(std::move(items), *page);
  });
}

}  // namespace acl::server
