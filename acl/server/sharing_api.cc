#include "acl/server/sharing_api.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/strict_json.h"
#include "acl/server/apply.h"
#include "acl/server/models.h"
#include "acl/share/lookup.h"
#include "acl/store/settings.h"

namespace acl::server {
namespace {

constexpr char kUserEmail[] = "user_email";
constexpr char kGroupId[] = "group_id";
constexpr char kKeyId[] = "workspace_api_key_id";
constexpr char kSeatAdmin[] = "workspace_admin";
constexpr char kSeatMember[] = "workspace_member";
constexpr int kAnnotationDepth = 8;

const std::vector<std::string>& Seats() {
  static const auto& seats = *new std::vector<std::string>{
      kSeatAdmin, kSeatMember, "workspace_lite_member"};
  return seats;
}

// The roles in the schema are data of the workspace; unknown callers see the
// default ones.
std::vector<std::string> RolesFor(const Call& call) {
  if (call.caller.workspace) {
    std::vector<std::string> roles = call.caller.workspace->Roles();
    std::reverse(roles.begin(), roles.end());
    return roles;
  }
  return {"admin", "editor", "commenter", "viewer"};
}
std::vector<std::string> TypesFor(const Call& call) {
  return call.caller.workspace ? call.caller.workspace->ResourceTypes()
                               : DefaultResourceTypes();
}

// The body of a share or, without a role, an unshare.
struct ShareRequest {
  std::string role;
  std::string type;
  std::optional<std::string> user_email, group_id, key_id;
};

ShareRequest ReadShare(bool with_role, Call* call) {
  Fields body = call->Body();
  ShareRequest share;
  if (with_role) share.role = body.Word("role", RolesFor(*call));
  share.type = body.Word("resource_type", TypesFor(*call));
  share.user_email = body.OptionalText(kUserEmail);
  share.group_id = body.OptionalText(kGroupId);
  share.key_id = body.OptionalText(kKeyId);
  return share;
}

// Whether a text may be meant as an e-mail address. Such a text is never
// treated as an id or a name, since it may be someone's past or future address.
bool MayBeEmail(absl::string_view text) { return absl::StrContains(text, '@'); }

// Whether it is looked up as an address. An empty text is refused as one.
bool IsForEmails(absl::string_view text) {
  return text.empty() || MayBeEmail(text);
}

// The user or service account that `name` stands for: an e-mail address, or an
// id that can't be mistaken for one, since not everyone has an address and the
// API returns ids. A user takes precedence over a service account.
absl::StatusOr<PrincipalId> PrincipalNamed(const Reader& now,
                                           const std::string& name) {
  if (IsForEmails(name)) return now.PrincipalOf(Subject::Email(name));
  absl::StatusOr<PrincipalId> user = now.PrincipalOf(Subject::User(name));
  if (user.ok()) return user;
  absl::StatusOr<PrincipalId> account =
      now.PrincipalOf(Subject::ServiceAccount(name));
  return account.ok() ? account : user;
}

// An address that no one has is left for the engine to refuse, in its order.
acl::Target TargetOfEmail(const Workspace& workspace, const std::string& name) {
  if (IsForEmails(name)) return acl::Target::Email(name);
  const absl::StatusOr<PrincipalId> found = PrincipalNamed(workspace, name);
  return found.ok() && found->kind() == Kind::kServiceAccount
             ? acl::Target::ServiceAccount(name)
             : acl::Target::User(name);
}

// The id of a service account stands for its keys, as the API lists it so. Not
// set if it is also the id of another account's key.
std::optional<acl::Target> TargetOfKey(const Workspace& workspace,
                                       const std::string& id) {
  if (!workspace.GetServiceAccount(id).ok()) return acl::Target::Key(id);
  const absl::StatusOr<v1::ApiKey> key = workspace.GetKey(id);
  const auto account = PrincipalId::ServiceAccount(id);
  if (key.ok() && key->owner() != account.ToString()) {
    const absl::StatusOr<PrincipalId> owner = PrincipalId::Parse(key->owner());
    // A personal key can't be a target, so it is not what was meant.
    if (!owner.ok() || owner->kind() != Kind::kUser) return std::nullopt;
  }
  return acl::Target::ServiceAccount(id);
}

// The target of a request, if it names exactly one.
std::optional<acl::Target> TargetOf(const Workspace& workspace,
                                    const ShareRequest& share) {
  if (share.user_email) return TargetOfEmail(workspace, *share.user_email);
  if (share.key_id) return TargetOfKey(workspace, *share.key_id);
  if (*share.group_id == "default") return acl::Target::Default();
  return acl::Target::Group(*share.group_id);
}

// Applies a share or, without a role, an unshare.
Outcome Apply(bool with_role, Call* call) {
  const ShareRequest share = ReadShare(with_role, call);
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const int targets = (share.user_email ? 1 : 0) + (share.group_id ? 1 : 0) +
                      (share.key_id ? 1 : 0);
  if (targets != 1) {
    return BadRequest(
        targets == 0 ? "no target; send one of `user_email`, `group_id` and "
                       "`workspace_api_key_id`"
                     : "more than one target; send one of `user_email`, "
                       "`group_id` and `workspace_api_key_id`");
  }
  const std::optional<acl::Target> target = TargetOf(*workspace, share);
  if (!target) {
    return BadRequest(
        absl::StrCat(Quoted(*share.key_id),
                     " is a service account and the key of another one; name "
                     "the account that is meant in `user_email`"),
        kKeyId);
  }
  const ResourceId resource{share.type, call->ids[0]};
  if (with_role) {
    return OkAfter(ApplyAsCaller({Share{resource, *target, share.role}}, call));
  }
  return OkAfter(ApplyAsCaller({Unshare{resource, *target}}, call));
}

Json RoleToGroupIds(const Snapshot& now, const v1::Resource& resource) {
  std::map<std::string, std::set<std::string>> ids;
  for (const v1::Grant& grant : resource.grants()) {
    ids[grant.role()].insert(IdIn(grant.target()));
  }
  const std::vector<std::string> ladder = now.Roles();
  if (!resource.creator().empty()) {
    ids[ladder.back()].insert(IdIn(resource.creator()));
  }
  Json map = Json::object();
  for (const char* role : {"admin", "editor", "commenter", "viewer"}) {
    map[role] = Json::array();
  }
  for (const std::string& role : ladder) map[role] = ids[role];
  return map;
}

// The name of a user in a list whose names clients treat as e-mail addresses.
// If a user without an address has a name or an id that looks like one, a
// marker with blanks is appended, which makes it an invalid address.
std::string ShownName(const v1::User& user) {
  if (!user.email().empty()) return user.email();
  std::string name = FirstOf(user.name(), "", user.id());
  return MayBeEmail(name) ? absl::StrCat(name, " (no e-mail)") : name;
}

// The principals with whom it could be shared: all without a grant of their
// own.
absl::StatusOr<Json> ShareOptions(const Snapshot& now,
                                  const v1::Resource& resource) {
  std::set<std::string> taken{resource.creator()};
  for (const v1::Grant& grant : resource.grants()) taken.insert(grant.target());
  std::vector<std::tuple<std::string, std::string, std::string>> options;
  const auto add = [&](const char* kind, const char* type,
                       const std::string& name, const std::string& id) {
    if (taken.count(std::string(kind) + id) == 0) {
      options.emplace_back(type, name, id);
    }
    return true;
  };
  absl::Status status = now.VisitUsers([&](const v1::User& user) {
    return add("user:", "user", ShownName(user), user.id());
  });
  status.Update(now.VisitServiceAccounts([&](const v1::ServiceAccount& one) {
    return add("service_account:", "key", FirstOf(one.name(), "", one.id()),
               one.id());
  }));
  status.Update(now.VisitGroups([&](const v1::Group& group) {
    return add("group:", "group", FirstOf(group.name(), "", group.id()),
               group.id());
  }));
  if (!status.ok()) return status;
  std::sort(options.begin(), options.end());
  Json list = Json::array();
  for (const auto& [type, name, id] : options) {
    list.push_back({{"name", name}, {"id", id}, {"type", type}});
  }
  return list;
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

// The annotation as an object; not set if someone else wrote it.
std::optional<Json> AnnotationOf(const std::string& annotation) {
  if (annotation.empty()) return Json::object();
  absl::StatusOr<Json> json = ReadStrictJson(annotation, kAnnotationDepth);
  if (!json.ok() || !json->is_object()) return std::nullopt;
  return *std::move(json);
}

std::string SeatOf(const v1::User& user) {
  if (user.workspace_admin()) return kSeatAdmin;
  const std::optional<Json> note = AnnotationOf(user.annotation());
  if (note && note->contains("seat_type") && (*note)["seat_type"].is_string()) {
    std::string seat = (*note)["seat_type"].get<std::string>();
    if (std::find(Seats().begin(), Seats().end(), seat) != Seats().end() &&
        seat != kSeatAdmin) {
      return seat;
    }
  }
  return kSeatMember;
}

Json MemberJson(const v1::User& user) {
  return {{"user_id", user.id()},
          {"email", user.email()},
          {"first_name", TextOrNull(user.name())},
          {"seat_type", SeatOf(user)},
          {"is_owner", user.workspace_admin()},
          {"is_locked", user.locked()}};
}

// What PrincipalNamed() accepts for this member: the e-mail address or, without
// one, the id. Empty if neither will do, and for groups.
std::string EmailOf(const Snapshot& now, const std::string& member) {
  absl::string_view id = member;
  std::string email;
  if (absl::ConsumePrefix(&id, "user:")) {
    const absl::StatusOr<v1::User> user = now.GetUser(id);
    if (user.ok()) email = user->email();
  } else if (absl::ConsumePrefix(&id, "service_account:")) {
    const absl::StatusOr<v1::ServiceAccount> one = now.GetServiceAccount(id);
    if (one.ok()) email = one->email();
  } else {
    return "";
  }
  if (!email.empty()) return email;
  return MayBeEmail(id) ? "" : std::string(id);
}

Outcome ChangeMembership(bool add, Call* call) {
  const std::string email = call->Body().Text("email");
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const absl::StatusOr<v1::Group> group = workspace->GetGroup(call->ids[0]);
  if (!group.ok()) return ErrorOf(group.status());
  const absl::StatusOr<PrincipalId> principal =
      PrincipalNamed(*workspace, email);
  if (!principal.ok()) return ErrorOf(principal.status());
  const Member member = principal->kind() == Kind::kUser
                            ? Member::User(principal->id())
                            : Member::ServiceAccount(principal->id());
  if (add) {
    return OkAfter(ApplyAsAdmin({AddMember{call->ids[0], member}}, call));
  }
  return OkAfter(ApplyAsAdmin({RemoveMember{call->ids[0], member}}, call));
}

}  // namespace

Outcome ShareResource(Call* call) { return Apply(true, call); }
Outcome UnshareResource(Call* call) { return Apply(false, call); }

Outcome GetResource(Call* call) {
  const std::string type = call->RequiredParameter("resource_type");
  if (call->faults.empty()) {
    const std::vector<std::string> types = TypesFor(*call);
    if (std::find(types.begin(), types.end(), type) == types.end()) {
      call->faults.push_back({"enum", Json::array({"query", "resource_type"}),
                              "Input should be a known resource type", type});
    }
  }
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  const ResourceId id{type, call->ids[0]};
  // First, so that missing and invisible resources take equally long.
  const absl::StatusOr<bool> visible = IsVisible(*call, *now, id);
  if (!visible.ok()) return ErrorOf(visible.status());
  if (!*visible) return ErrorOf(ResourceNotVisible(id));
  const absl::StatusOr<v1::Resource> resource = now->GetResource(id);
  if (!resource.ok()) return ErrorOf(resource.status());
  absl::StatusOr<Json> options = ShareOptions(*now, *resource);
  if (!options.ok()) return ErrorOf(options.status());
  return Json{{"resource_id", id.id},
              {"resource_name", TextOrNull(resource->name())},
              {"resource_type", id.type},
              {"creator_user_id", TextOrNull(IdIn(resource->creator()))},
              {"anonymous_access_level_override", nullptr},
              {"role_to_group_ids", RoleToGroupIds(*now, *resource)},
              {"share_options", *std::move(options)}};
}

Outcome ListMembers(Call* call) {
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  Json members = Json::array();
  const absl::Status status = now->VisitUsers([&](const v1::User& user) {
    members.push_back(MemberJson(user));
    return true;
  });
  if (!status.ok()) return ErrorOf(status);
  return members;
}

Outcome UpdateMember(Call* call) {
  Fields body = call->Body();
  const std::string email = body.Text("email");
  const std::optional<bool> locked = body.OptionalBool("is_locked");
  const std::optional<std::string> seat =
      body.OptionalWord("workspace_seat_type", Seats());
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const absl::StatusOr<PrincipalId> principal =
      PrincipalNamed(*workspace, email);
  if (!principal.ok()) return ErrorOf(principal.status());
  if (principal->kind() != Kind::kUser) {
    return ErrorOf(Refuse(
        v1::USER_NOT_FOUND,
        absl::StrCat(Quoted(email), " is a service account, and no member")));
  }
  const Turns::Turn turn = AnnotationTurn(principal->ToString(), *call);
  if (!turn.ok()) return OtherHasTurn();
  const absl::StatusOr<v1::User> user = workspace->GetUser(principal->id());
  if (!user.ok()) return ErrorOf(user.status());
  UpdateUser update{principal->id()};
  update.locked = locked;
  if (seat) {
    std::optional<Json> note = AnnotationOf(user->annotation());
    if (!note) {
      return ApiError{409, "conflict", "annotation_in_use",
                      "the annotation of the user is not the server's"};
    }
    (*note)["seat_type"] = *seat;
    update.annotation = PrintableJson(Dump(*note));
    if (update.annotation->size() > kMaxAnnotationBytes) {
      return ApiError{409, "conflict", "annotation_in_use",
                      "the annotation of the user has no room for a seat"};
    }
    update.workspace_admin = *seat == kSeatAdmin;
  }
  return OkAfter(ApplyAsAdmin({update}, call));
}

Outcome ListGroups(Call* call) {
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  Json groups = Json::object();
  auto& entries = groups.get_ref<Json::object_t&>();
  const absl::Status status = now->VisitGroups([&](const v1::Group& group) {
    entries.push_back({group.id(), GroupJson(group)});
    return true;
  });
  if (!status.ok()) return ErrorOf(status);
  return groups;
}

Outcome SearchGroups(Call* call) {
  const std::string name = call->RequiredParameter("name");
  if (std::optional<Outcome> refused = call->Refused()) return *refused;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  Json found = Json::array();
  const absl::Status status = now->VisitGroups([&](const v1::Group& group) {
    const std::string shown = FirstOf(group.name(), "", group.id());
    if (shown != name) return true;
    std::set<std::string> emails;
    for (const std::string& member : group.members()) {
      emails.insert(EmailOf(*now, member));
    }
    emails.erase("");
    found.push_back(
        {{"name", shown}, {"id", group.id()}, {"members_emails", emails}});
    return true;
  });
  if (!status.ok()) return ErrorOf(status);
  return found;
}

Outcome AddGroupMember(Call* call) { return ChangeMembership(true, call); }
Outcome RemoveGroupMember(Call* call) { return ChangeMembership(false, call); }

}  // namespace acl::server
