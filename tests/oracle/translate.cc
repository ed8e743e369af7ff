#include "tests/oracle/translate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"

namespace acl::compare {
namespace {

oracle::Principal FromPrincipal(const PrincipalId& principal) {
  return {principal.kind() == Kind::kUser
              ? oracle::PrincipalKind::kUser
              : oracle::PrincipalKind::kServiceAccount,
          principal.id()};
}

oracle::Member FromMember(const Member& member) {
  switch (member.kind()) {
    case Kind::kUser:
      return {oracle::MemberKind::kUser, member.id()};
    case Kind::kGroup:
      return {oracle::MemberKind::kGroup, member.id()};
    default:
      return {oracle::MemberKind::kServiceAccount, member.id()};
  }
}

oracle::Target FromTarget(const Target& target) {
  switch (target.kind()) {
    case Kind::kDefault:
      return {oracle::TargetKind::kDefault, ""};
    case Kind::kEmail:
      return {oracle::TargetKind::kEmail, target.id()};
    case Kind::kGroup:
      return {oracle::TargetKind::kGroup, target.id()};
    case Kind::kKey:
      return {oracle::TargetKind::kKey, target.id()};
    case Kind::kServiceAccount:
      return {oracle::TargetKind::kServiceAccount, target.id()};
    case Kind::kUser:
      break;
  }
  return {oracle::TargetKind::kUser, target.id()};
}

using To = oracle::Change;

struct Translator {
  To operator()(const Share& c) const {
    return To::Share(ToOracle(c.resource), FromTarget(c.target), c.role);
  }
  To operator()(const Unshare& c) const {
    return To::Unshare(ToOracle(c.resource), FromTarget(c.target));
  }
  To operator()(const AddUser& c) const {
    return To::AddUser(c.id, c.email, c.name, c.locked, c.workspace_admin);
  }
  To operator()(const UpdateUser& c) const {
    To to = To::UpdateUser(c.id);
    to.email = c.email;
    to.name = c.name;
    to.locked = c.locked;
    to.workspace_admin = c.workspace_admin;
    return to;
  }
  To operator()(const RemoveUser& c) const { return To::RemoveUser(c.id); }
  To operator()(const AddServiceAccount& c) const {
    return To::AddServiceAccount(c.id, c.name, c.email);
  }
  To operator()(const UpdateServiceAccount& c) const {
    To to = To::UpdateServiceAccount(c.id);
    to.name = c.name;
    to.email = c.email;
    return to;
  }
  To operator()(const RemoveServiceAccount& c) const {
    return To::RemoveServiceAccount(c.id);
  }
  To operator()(const AddKey& c) const {
    return To::AddKey(c.id, FromPrincipal(c.owner), c.enabled);
  }
  To operator()(const UpdateKey& c) const {
    return To::UpdateKey(c.id, c.enabled);
  }
  To operator()(const RemoveKey& c) const { return To::RemoveKey(c.id); }
  To operator()(const AddGroup& c) const { return To::AddGroup(c.id, c.name); }
  To operator()(const UpdateGroup& c) const {
    return To::UpdateGroup(c.id, c.name);
  }
  To operator()(const RemoveGroup& c) const { return To::RemoveGroup(c.id); }
  To operator()(const AddMember& c) const {
    return To::AddMember(c.group, FromMember(c.member));
  }
  To operator()(const RemoveMember& c) const {
    return To::RemoveMember(c.group, FromMember(c.member));
  }
  To operator()(const AddResource& c) const {
    std::optional<oracle::Principal> creator;
    if (c.creator) creator = FromPrincipal(*c.creator);
    return To::AddResource(ToOracle(c.resource), c.name, creator);
  }
  To operator()(const UpdateResource& c) const {
    return To::UpdateResource(ToOracle(c.resource), c.name);
  }
  To operator()(const RemoveResource& c) const {
    return To::RemoveResource(ToOracle(c.resource));
  }
  To operator()(const SetLimit& c) const {
    return To::SetLimit(c.max_principals_per_resource);
  }
  To operator()(const SetLadder& c) const { return To::SetLadder(c.roles); }
  To operator()(const SetResourceTypes& c) const {
    return To::SetResourceTypes(c.types);
  }
};

const char* CodeWord(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case absl::StatusCode::kPermissionDenied:
      return "PermissionDenied";
    case absl::StatusCode::kNotFound:
      return "NotFound";
    case absl::StatusCode::kAlreadyExists:
      return "AlreadyExists";
    case absl::StatusCode::kFailedPrecondition:
      return "FailedPrecondition";
    case absl::StatusCode::kResourceExhausted:
      return "ResourceExhausted";
    case absl::StatusCode::kAborted:
      return "Aborted";
    default:
      return "another code";
  }
}

const char* Word(bool value) { return value ? "yes" : "no"; }

// `Share` is a ShareEffect or a ShareReceipt; their fields have the same names.
template <class Effect>
void AppendShare(const std::string& resource, const std::string& target,
                 const Effect& share, std::string* text) {
  absl::StrAppend(text, "resource ", resource, "\ntarget ", target, "\ngrant ",
                  share.grant_before, "\n-> ", share.grant_after,
                  "\neffective ", share.effective_before, "\n-> ",
                  share.effective_after, "\n");
  for (const auto& source : share.held_by) {
    absl::StrAppend(text, "held by ", compare::TextOf(source), "\n");
  }
}

template <class Removal>
void AppendRemoval(const Removal& removed, std::string* text) {
  absl::StrAppend(text, "grants ", removed.grants, "\nmemberships ",
                  removed.memberships, "\nkeys ", removed.keys, "\ncreators ",
                  removed.creators, "\n");
}

std::string HeadOf(uint64_t revision, bool changed, bool dry_run,
                   bool replayed) {
  return absl::StrCat("revision ", revision, "\nchanged ", Word(changed),
                      "\ndry run ", Word(dry_run), "\nreplayed ",
                      Word(replayed), "\n");
}

std::string ResourceOf(const acl::Change& change) {
  if (const auto* share = std::get_if<Share>(&change)) {
    return share->resource.ToString();
  }
  if (const auto* unshare = std::get_if<Unshare>(&change)) {
    return unshare->resource.ToString();
  }
  return "";
}

bool SameSource(const acl::Source& a, const oracle::Source& b) {
  return a.kind == compare::KindOf(b.kind) && a.role == b.role &&
         a.path == b.path;
}

bool SameShare(const ShareEffect& a, const oracle::ShareReceipt& b) {
  return FromTarget(a.target) == b.target && a.grant_before == b.grant_before &&
         a.grant_after == b.grant_after &&
         a.effective_before == b.effective_before &&
         a.effective_after == b.effective_after &&
         std::equal(a.held_by.begin(), a.held_by.end(), b.held_by.begin(),
                    b.held_by.end(), SameSource);
}

bool SameRemoval(const Cascade& a, const oracle::RemovalReceipt& b) {
  return a.grants == b.grants && a.memberships == b.memberships &&
         a.keys == b.keys && a.creators == b.creators;
}

std::string SourceText(absl::string_view kind, const std::string& role,
                       const std::vector<std::string>& path) {
  return absl::StrCat(kind, " ", role, " ", absl::StrJoin(path, ">"));
}

}  // namespace

oracle::Subject ToOracle(const acl::Subject& subject) {
  const std::string id(subject.id());
  switch (subject.kind()) {
    case Kind::kEmail:
      return {oracle::SubjectKind::kEmail, id};
    case Kind::kServiceAccount:
      return {oracle::SubjectKind::kServiceAccount, id};
    case Kind::kKey:
      return {oracle::SubjectKind::kKey, id};
    default:
      return {oracle::SubjectKind::kUser, id};
  }
}

oracle::Actor ToOracle(const acl::Actor& actor) {
  if (actor.is_system()) return oracle::Actor::System();
  return oracle::Actor::Is(ToOracle(actor.subject()));
}

oracle::ResourceId ToOracle(const acl::ResourceId& resource) {
  return {resource.type, resource.id};
}

oracle::Change ToOracle(const acl::Change& change) {
  return std::visit(Translator(), change);
}

oracle::Options ToOracle(const acl::ChangeOptions& options) {
  return {options.dry_run, options.expected_revision, options.request_id,
          options.require_workspace_admin};
}

oracle::State ToOracle(const acl::WorkspaceSettings& settings) {
  oracle::State state;
  if (!settings.roles.empty()) state.ladder = settings.roles;
  state.types = {settings.resource_types.begin(),
                 settings.resource_types.end()};
  state.limit = settings.max_principals_per_resource;
  return state;
}

std::string TextOf(const absl::Status& refusal) {
  std::string text = absl::StrCat(CodeWord(refusal.code()), " ",
                                  v1::Fault_Name(FaultOf(refusal)));
  const std::optional<size_t> index = ChangeIndexOf(refusal);
  if (index) absl::StrAppend(&text, " @", *index);
  return text;
}

std::string TextOf(const oracle::Fault& refusal, size_t batch_size) {
  std::string text = absl::StrCat(refusal.code, " ", refusal.fault);
  if (batch_size > 1 && refusal.index >= 0) {
    absl::StrAppend(&text, " @", refusal.index);
  }
  return text;
}

std::string TextOf(const acl::Source& source) {
  return SourceText(SourceWord(source.kind), source.role, source.path);
}

std::string TextOf(const oracle::Source& source) {
  return SourceText(SourceWord(KindOf(source.kind)), source.role, source.path);
}

acl::SourceKind KindOf(const std::optional<oracle::Source>& witness) {
  return witness ? KindOf(witness->kind) : SourceKind::kNone;
}

acl::SourceKind KindOf(oracle::SourceKind kind) {
  switch (kind) {
    case oracle::SourceKind::kCreator:
      return SourceKind::kCreator;
    case oracle::SourceKind::kWorkspaceAdmin:
      return SourceKind::kWorkspaceAdmin;
    case oracle::SourceKind::kDirect:
      return SourceKind::kDirect;
    case oracle::SourceKind::kKey:
      return SourceKind::kKey;
    case oracle::SourceKind::kGroup:
      return SourceKind::kGroup;
    case oracle::SourceKind::kBaseline:
      break;
  }
  return SourceKind::kBaseline;
}

std::string TextOf(const oracle::Principal& principal) {
  return absl::StrCat(principal.kind == oracle::PrincipalKind::kUser
                          ? "user:"
                          : "service_account:",
                      principal.id);
}

std::string TextOf(const oracle::Target& target) {
  switch (target.kind) {
    case oracle::TargetKind::kDefault:
      return "default";
    case oracle::TargetKind::kGroup:
      return "group:" + target.id;
    case oracle::TargetKind::kServiceAccount:
      return "service_account:" + target.id;
    case oracle::TargetKind::kUser:
      return "user:" + target.id;
    default:
      return "not stored:" + target.id;
  }
}

std::string TextOf(const acl::Receipt& receipt) {
  std::string text = HeadOf(receipt.revision, receipt.changed, receipt.dry_run,
                            receipt.replayed);
  for (const ChangeReceipt& one : receipt.changes) {
    absl::StrAppend(&text, "this changed ", Word(one.changed), "\n");
    if (one.share) {
      AppendShare(one.share->resource.ToString(), one.share->target.ToString(),
                  *one.share, &text);
    }
    if (one.removed) AppendRemoval(*one.removed, &text);
  }
  return text;
}

std::string TextOf(const oracle::Receipt& receipt,
                   const std::vector<acl::Change>& changes, bool dry_run) {
  std::string text =
      HeadOf(receipt.revision, receipt.changed, dry_run, receipt.replayed);
  for (size_t i = 0; i < receipt.changes.size(); ++i) {
    const oracle::ChangeReceipt& one = receipt.changes[i];
    absl::StrAppend(&text, "this changed ", Word(one.changed), "\n");
    if (one.share) {
      AppendShare(ResourceOf(changes.at(i)), TextOf(one.share->target),
                  *one.share, &text);
    }
    if (one.removal) AppendRemoval(*one.removal, &text);
  }
  return text;
}

bool SameReceipt(const acl::Receipt& engine, const oracle::Receipt& oracle,
                 const std::vector<acl::Change>& changes, bool dry_run) {
  if (engine.revision != oracle.revision || engine.changed != oracle.changed ||
      engine.dry_run != dry_run || engine.replayed != oracle.replayed ||
      engine.changes.size() != oracle.changes.size()) {
    return false;
  }
  for (size_t i = 0; i < engine.changes.size(); ++i) {
    const ChangeReceipt& a = engine.changes[i];
    const oracle::ChangeReceipt& b = oracle.changes[i];
    if (a.changed != b.changed || (a.share != nullptr) != b.share.has_value() ||
        a.removed.has_value() != b.removal.has_value()) {
      return false;
    }
    if (a.share && (a.share->resource.ToString() != ResourceOf(changes.at(i)) ||
                    !SameShare(*a.share, *b.share))) {
      return false;
    }
    if (a.removed && !SameRemoval(*a.removed, *b.removal)) return false;
  }
  return true;
}

std::string TextOf(const acl::Explanation& explanation) {
  static const char* const kStandings[] = {"active", "unknown", "locked",
                                           "key disabled"};
  std::string text = absl::StrCat(
      "revision ", explanation.revision, " role ", explanation.role, " ",
      kStandings[static_cast<int>(explanation.standing)], " resource exists ",
      Word(explanation.resource_exists), " asked ", explanation.asked,
      " allowed ", Word(explanation.allowed), " deciding ",
      explanation.deciding, "\n");
  for (const acl::Source& source : explanation.sources) {
    absl::StrAppend(&text, TextOf(source), "\n");
  }
  return text;
}

std::string TextOf(const oracle::Explanation& explanation,
                   const std::string& asked, bool allowed) {
  static const char* const kStandings[] = {"active", "unknown", "locked",
                                           "key disabled"};
  size_t deciding = 0;
  for (const oracle::ExplainedSource& one : explanation.sources) {
    deciding += one.reaches_maximum ? 1 : 0;
  }
  std::string text = absl::StrCat(
      "revision ", explanation.revision, " role ", explanation.role, " ",
      kStandings[static_cast<int>(explanation.subject_state)],
      " resource exists ", Word(explanation.resource_exists), " asked ", asked,
      " allowed ", Word(allowed), " deciding ", deciding, "\n");
  for (const oracle::ExplainedSource& one : explanation.sources) {
    absl::StrAppend(&text, TextOf(one.source), "\n");
  }
  return text;
}

std::string TextOf(const std::vector<acl::Remedy>& remedies) {
  std::string text;
  for (const acl::Remedy& remedy : remedies) {
    absl::StrAppend(&text, RemedyWord(remedy.kind), " ", remedy.group,
                    " raises ", remedy.at_least ? "at least " : "",
                    remedy.raises, "\n");
  }
  return text;
}

std::string TextOf(const std::vector<oracle::Remedy>& remedies) {
  static const char* const kKinds[] = {"grant",          "grant_group",
                                       "grant_baseline", "join_group",
                                       "unlock",         "enable_key"};
  std::string text;
  for (const oracle::Remedy& remedy : remedies) {
    absl::StrAppend(&text, kKinds[static_cast<int>(remedy.kind)], " ",
                    remedy.group, " raises ", remedy.raised, "\n");
  }
  return text;
}

}  // namespace acl::compare
