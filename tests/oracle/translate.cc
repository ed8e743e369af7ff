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

// `Share` is a ShareEffect or a ShareReceipt, whose fields have the same names.
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

std::string SourceText(absl::string_view kind, const std::string& role,
                       const std::vector<std::string>& path) {
  return absl::StrCat(kind, " ", role, " ", absl::StrJoin(path, ">"));
}

void AddGrant(const std::string& target, const std::string& role,
              v1::Resource* to) {
  v1::Grant* grant = to->add_grants();
  grant->set_target(target);
  grant->set_role(role);
}

void ExportResource(const oracle::ResourceId& id,
                    const oracle::ResourceRow& row, v1::Resource* to) {
  to->set_type(id.type);
  to->set_id(id.id);
  to->set_name(row.name);
  if (row.creator) to->set_creator(compare::TextOf(*row.creator));
  // The order of the reference's kind as a word, then of the id.
  for (const auto kind :
       {oracle::TargetKind::kDefault, oracle::TargetKind::kGroup,
        oracle::TargetKind::kServiceAccount, oracle::TargetKind::kUser}) {
    for (const auto& [target, role] : row.grants) {
      if (target.kind == kind) AddGrant(TextOf(target), role, to);
    }
  }
}

void ExportGroup(const std::string& id, const oracle::GroupRow& row,
                 v1::Group* to) {
  to->set_id(id);
  to->set_name(row.name);
  const std::vector<std::pair<oracle::MemberKind, const char*>> kinds = {
      {oracle::MemberKind::kGroup, "group:"},
      {oracle::MemberKind::kServiceAccount, "service_account:"},
      {oracle::MemberKind::kUser, "user:"}};
  for (const auto& [kind, word] : kinds) {
    for (const oracle::Member& member : row.members) {
      if (member.kind == kind) to->add_members(word + member.id);
    }
  }
}

void ExportPrincipals(const oracle::State& state, v1::Workspace* world) {
  for (const auto& [id, row] : state.users) {
    v1::User* to = world->add_users();
    to->set_id(id);
    to->set_email(row.email);
    to->set_name(row.name);
    to->set_locked(row.locked);
    to->set_workspace_admin(row.workspace_admin);
  }
  for (const auto& [id, row] : state.service_accounts) {
    v1::ServiceAccount* to = world->add_service_accounts();
    to->set_id(id);
    to->set_name(row.name);
    to->set_email(row.email);
  }
  for (const auto& [id, row] : state.keys) {
    v1::ApiKey* to = world->add_api_keys();
    to->set_id(id);
    to->set_owner(compare::TextOf(row.owner));
    to->set_disabled(!row.enabled);
  }
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
  return {options.dry_run, options.expected_revision, options.request_id};
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
  return SourceText(SourceWord(KindOf(source)), source.role, source.path);
}

acl::SourceKind KindOf(const std::optional<oracle::Source>& witness) {
  if (!witness) return SourceKind::kNone;
  switch (witness->kind) {
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
                    " raises ", remedy.raises, "\n");
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

v1::Workspace ExportOf(const oracle::Model& model, const std::string& id) {
  const oracle::State& state = model.state();
  v1::Workspace world;
  world.set_id(id);
  world.set_revision(model.revision());
  if (state.ladder != oracle::State().ladder) {
    for (const std::string& role : state.ladder) world.add_roles(role);
  }
  for (const std::string& type : state.types) world.add_resource_types(type);
  if (state.limit != oracle::State().limit) {
    world.set_max_principals_per_resource(static_cast<uint32_t>(state.limit));
  }
  ExportPrincipals(state, &world);
  for (const auto& [group, row] : state.groups) {
    ExportGroup(group, row, world.add_groups());
  }
  for (const auto& [resource, row] : state.resources) {
    ExportResource(resource, row, world.add_resources());
  }
  return world;
}

}  // namespace acl::compare
