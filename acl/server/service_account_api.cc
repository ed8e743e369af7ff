#include "acl/server/service_account_api.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/strict_json.h"
#include "acl/server/apply.h"
#include "acl/server/models.h"
#include "acl/server/secret.h"

namespace acl::server {
namespace {

constexpr int kNoteDepth = 8;
// The limits that the API accepts for a key. They are stored and shown;
// enforcing them is up to the services that are called with the key.
enum class LimitType { kNumber, kFlag, kTexts };
struct Limit {
  const char* name;
  LimitType type;
};
constexpr Limit kLimits[] = {{"character_limit", LimitType::kNumber},
                             {"allowed_ips", LimitType::kTexts},
                             {"third_party_disable_allowed", LimitType::kFlag},
                             {"tts_concurrency_limit", LimitType::kNumber},
                             {"dubbing_concurrency_limit", LimitType::kNumber},
                             {"music_concurrency_limit", LimitType::kNumber},
                             {"expires_at_unix", LimitType::kNumber}};
// The largest integer that every client reads exactly.
constexpr uint64_t kMostOfALimit = (uint64_t{1} << 53) - 1;
constexpr char kNoUpdate[] = "no_update";

int64_t Now() { return absl::ToUnixSeconds(absl::Now()); }

Json LimitOf(const KeyNote& note, const char* name) {
  const auto found = note.limits.find(name);
  return found == note.limits.end() ? Json(nullptr) : *found;
}

Json KeyJson(const v1::ApiKey& key, const std::string& account) {
  const KeyNote note = KeyNote::Read(key.annotation());
  return {
      {"name", note.name.empty() ? key.id() : note.name},
      {"hint", note.hint},
      {"key_id", key.id()},
      {"service_account_user_id", account},
      {"created_at_unix",
       note.created_at_unix == 0 ? Json(nullptr) : Json(note.created_at_unix)},
      {"is_disabled", key.disabled()},
      {"permissions",
       note.permissions.is_array() ? note.permissions : Json(nullptr)},
      {"disable_reason", nullptr},
      {"character_limit", LimitOf(note, "character_limit")},
      {"character_count", nullptr},
      {"hashed_xi_api_key", note.hash},
      {"allowed_ips", LimitOf(note, "allowed_ips")},
      {"third_party_disable_allowed",
       LimitOf(note, "third_party_disable_allowed")},
      {"platform_limits", nullptr},
      {"expires_at_unix", LimitOf(note, "expires_at_unix")}};
}

absl::StatusOr<Json> KeysJson(const Reader& reader,
                              const std::string& account) {
  Json keys = Json::array();
  const absl::Status status = reader.VisitKeys(
      PrincipalId::ServiceAccount(account), [&](const v1::ApiKey& key) {
        keys.push_back(KeyJson(key, account));
        return true;
      });
  if (!status.ok()) return status;
  return keys;
}

// The server's own part of a service account's annotation.
Json AccountNote(const std::string& annotation) {
  absl::StatusOr<Json> note = ReadStrictJson(annotation, kNoteDepth);
  return note.ok() && note->is_object() ? *std::move(note) : Json::object();
}

// The groups in the note that still exist.
Json SharingGroupsJson(const Reader& reader, const Json& note) {
  Json groups = Json::array();
  const auto list = note.find("default_sharing_groups");
  if (list == note.end() || !list->is_array()) return groups;
  for (const Json& kept : *list) {
    // Someone else may have written the annotation.
    if (!kept.is_object()) continue;
    const auto id = kept.find("group_id");
    const auto level = kept.find("permission_level");
    if (id == kept.end() || !id->is_string() || level == kept.end()) continue;
    const absl::StatusOr<v1::Group> group =
        reader.GetGroup(id->get<std::string>());
    if (!group.ok()) continue;
    groups.push_back(
        {{"group", GroupJson(*group)}, {"permission_level", *level}});
  }
  return groups;
}

Json AccountJson(const Reader& reader, const v1::ServiceAccount& account,
                 Json keys) {
  const Json note = AccountNote(account.annotation());
  return {{"service_account_user_id", account.id()},
          {"name", account.name().empty() ? account.id() : account.name()},
          {"created_at_unix", note.value("created_at_unix", Json(nullptr))},
          {"api-keys", std::move(keys)},
          {"default_sharing_groups", SharingGroupsJson(reader, note)}};
}

// `default_sharing_groups` of a body, in the form in which it is stored.
Json ReadSharingGroups(const std::vector<std::string>& roles, Fields* body) {
  Json groups = Json::array();
  for (Fields& group : body->OptionalObjects("default_sharing_groups")) {
    std::string id = group.Text("group_id");
    groups.push_back(
        {{"group_id", std::move(id)},
         {"permission_level", group.Word("permission_level", roles)}});
  }
  return groups;
}

bool IsTextList(const Json& value) {
  if (!value.is_array()) return false;
  for (const Json& item : value) {
    if (!item.is_string()) return false;
  }
  return true;
}

// Checks `permissions`: "all" or a list of names; `word`, if given, is also
// allowed.
void CheckPermissions(const char* word, Fields* body) {
  const Json& value = body->Raw("permissions");
  if (value.is_null() || value == "all" || value == word || IsTextList(value)) {
    return;
  }
  body->Fault("permissions", "list_type",
              "Input should be a valid list of permissions or 'all'");
}

bool HasType(LimitType type, const Json& value) {
  switch (type) {
    case LimitType::kNumber:
      return value.is_number_unsigned() &&
             value.get<uint64_t>() <= kMostOfALimit;
    case LimitType::kFlag:
      return value.is_boolean();
    case LimitType::kTexts:
      return IsTextList(value);
  }
  return false;
}

// The fault for a limit that does not have this type: its kind and message.
std::pair<const char*, std::string> FaultOfType(LimitType type) {
  switch (type) {
    case LimitType::kNumber:
      return {"int_type",
              absl::StrCat("Input should be a whole number from 0 to ",
                           kMostOfALimit)};
    case LimitType::kFlag:
      return {"bool_type", "Input should be a valid boolean"};
    case LimitType::kTexts:
      break;
  }
  return {"list_type", "Input should be a valid list of texts"};
}

// Checks the types of limits. `word`, if not null, is also allowed.
void CheckLimits(const char* word, Fields* body) {
  for (const Limit& limit : kLimits) {
    const Json& value = body->Raw(limit.name);
    if (value.is_null() || HasType(limit.type, value)) continue;
    if (word != nullptr && value == word) continue;
    auto [type, message] = FaultOfType(limit.type);
    if (word != nullptr) absl::StrAppend(&message, " or '", word, "'");
    body->Fault(limit.name, type, message);
  }
}

// Stores the limits that a body sets in the note. REQUIRES: CheckLimits().
void TakeLimits(const Fields& body, KeyNote* note) {
  for (const Limit& limit : kLimits) {
    const Json& value = body.Raw(limit.name);
    if (!value.is_null() && value != kNoUpdate) {
      note->limits[limit.name] = value;
    }
  }
}

ApiError BadField(const absl::Status& status, absl::string_view field) {
  ApiError error = ErrorOf(status);
  error.param = std::string(field);
  return error;
}

// OK if the texts of a setting, one or a list, can be stored and shown.
absl::Status CheckTexts(const std::string& field, const Json& setting) {
  const Json list = setting.is_array() ? setting : Json::array({setting});
  for (const Json& item : list) {
    if (!item.is_string()) continue;
    const auto& text = item.get_ref<const std::string&>();
    if (text.empty()) continue;
    absl::Status s = CheckId(absl::StrCat("text in `", field, "`"), text);
    if (!s.ok()) return s;
  }
  return absl::OkStatus();
}

// The refusal of settings in a body that can't be stored; it names the field.
// `note` has the new settings already.
std::optional<Outcome> RefusedSettings(const Fields& body,
                                       const KeyNote& note) {
  if (const Json& name = body.Raw("name"); name.is_string()) {
    if (std::optional<Outcome> no = RefusedName(name.get<std::string>())) {
      return no;
    }
  }
  std::vector<const char*> fields = {"permissions"};
  for (const Limit& limit : kLimits) fields.push_back(limit.name);
  for (const char* field : fields) {
    if (absl::Status s = CheckTexts(field, body.Raw(field)); !s.ok()) {
      return BadField(s, field);
    }
  }
  const size_t bytes = note.Write().size();
  if (bytes <= kMaxAnnotationBytes) return std::nullopt;
  fields.push_back("name");
  const char* const longest = *std::max_element(
      fields.begin(), fields.end(), [&](const char* one, const char* other) {
        return Dump(body.Raw(one)).size() < Dump(body.Raw(other)).size();
      });
  return BadRequest(
      absl::StrCat("`", longest,
                   "` is too long: shorten it, as JSON, by at least ",
                   bytes - kMaxAnnotationBytes, " bytes"),
      longest);
}

// The key of a route, if it belongs to the account.
absl::StatusOr<v1::ApiKey> KeyOf(const Workspace& workspace, const Call& call) {
  if (absl::Status s = workspace.GetServiceAccount(call.ids[0]).status();
      !s.ok()) {
    return s;
  }
  absl::StatusOr<v1::ApiKey> key = workspace.GetKey(call.ids[1]);
  if (key.ok() &&
      key->owner() != PrincipalId::ServiceAccount(call.ids[0]).ToString()) {
    return Refuse(v1::KEY_NOT_FOUND, absl::StrCat("key ", Quoted(call.ids[1]),
                                                  " is not in the workspace"));
  }
  return key;
}

}  // namespace

Outcome ListServiceAccounts(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  Json accounts = Json::array();
  absl::Status status;
  status.Update(now->VisitServiceAccounts([&](const v1::ServiceAccount& one) {
    absl::StatusOr<Json> keys = KeysJson(*now, one.id());
    status.Update(keys.status());
    if (!keys.ok()) return false;
    accounts.push_back(AccountJson(*now, one, *std::move(keys)));
    return true;
  }));
  if (!status.ok()) return ErrorOf(status);
  return Json{{"service-accounts", std::move(accounts)}};
}

Outcome AddServiceAccountOfCall(Call* call) {
  Fields body = call->Body();
  const std::string name = body.Text("name");
  std::vector<std::string> roles = {"admin", "editor", "commenter", "viewer"};
  if (call->caller.workspace) roles = call->caller.workspace->Roles();
  Json groups = ReadSharingGroups(roles, &body);
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  if (std::optional<Outcome> no = RefusedIfIdempotent(*call, kMadeAnew)) {
    return *no;
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  if (name.empty()) return BadRequest("the name is empty", "name");
  if (std::optional<Outcome> no = RefusedName(name)) return *no;
  for (const Json& group : groups) {
    const absl::Status found =
        workspace->GetGroup(group["group_id"].get<std::string>()).status();
    if (!found.ok()) return ErrorOf(found);
  }
  absl::StatusOr<std::string> id = NewId("sa");
  if (!id.ok()) return ErrorOf(id.status());
  AddServiceAccount change{*id, name};
  Json note = {{"created_at_unix", Now()}};
  if (!groups.empty()) note["default_sharing_groups"] = std::move(groups);
  change.annotation = PrintableJson(Dump(note));
  if (change.annotation.size() > kMaxAnnotationBytes) {
    return BadRequest(
        absl::StrCat("`default_sharing_groups` is too long: shorten it, as "
                     "JSON, by at least ",
                     change.annotation.size() - kMaxAnnotationBytes, " bytes"),
        "default_sharing_groups");
  }
  const absl::StatusOr<Receipt> receipt = ApplyAsAdmin({change}, call);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{{"service-account-user-id", *id}};
}

Outcome ListKeys(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Snapshot> now = NowOf(call);
  if (!now.ok()) return ErrorOf(now.status());
  absl::StatusOr<Json> keys = KeysJson(*now, call->ids[0]);
  if (!keys.ok()) return ErrorOf(keys.status());
  return Json{{"api-keys", *std::move(keys)}};
}

Outcome AddKeyOfCall(Call* call) {
  Fields body = call->Body();
  const std::string name = body.Text("name");
  if (body.Raw("permissions").is_null()) body.Missing("permissions");
  CheckPermissions("all", &body);
  CheckLimits(nullptr, &body);
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  if (std::optional<Outcome> no = RefusedIfIdempotent(*call, kMadeAnew)) {
    return *no;
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  if (std::optional<Outcome> no = RefusedName(name)) return *no;
  absl::StatusOr<NewKey> key = MakeKey(workspace->id(), "", name);
  if (!key.ok()) return ErrorOf(key.status());
  key->note.permissions = body.Raw("permissions");
  TakeLimits(body, &key->note);
  if (std::optional<Outcome> no = RefusedSettings(body, key->note)) return *no;
  AddKey change{key->id, PrincipalId::ServiceAccount(call->ids[0])};
  change.annotation = key->note.Write();
  const absl::StatusOr<Receipt> receipt = ApplyAsAdmin({change}, call);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{{"xi-api-key", key->secret}, {"key_id", key->id}};
}

Outcome EditKey(Call* call) {
  Fields body = call->Body();
  const Json& enabled = body.Raw("is_enabled");
  if (!enabled.is_null() && enabled != kNoUpdate && !enabled.is_boolean()) {
    body.Fault("is_enabled", "bool_type",
               "Input should be a valid boolean or 'no_update'");
  }
  const std::optional<std::string> name = body.OptionalText("name");
  CheckPermissions(kNoUpdate, &body);
  CheckLimits(kNoUpdate, &body);
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  if (std::optional<Outcome> no =
          RefusedIfIdempotent(*call, "sent again, it does the same again")) {
    return *no;
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const Turns::Turn turn = AnnotationTurn("key:" + call->ids[1], *call);
  if (!turn.ok()) return OtherHasTurn();
  const absl::StatusOr<v1::ApiKey> key = KeyOf(*workspace, *call);
  if (!key.ok()) return ErrorOf(key.status());
  UpdateKey change{key->id()};
  if (enabled.is_boolean()) change.enabled = enabled.get<bool>();
  KeyNote note = KeyNote::Read(key->annotation());
  if (name) note.name = *name;
  const Json& permissions = body.Raw("permissions");
  if (!permissions.is_null() && permissions != kNoUpdate) {
    note.permissions = permissions;
  }
  TakeLimits(body, &note);
  // An annotation that is not the server's is left alone unless something
  // changes.
  if (note.Write() != KeyNote::Read(key->annotation()).Write()) {
    if (std::optional<Outcome> no = RefusedSettings(body, note)) return *no;
    change.annotation = note.Write();
  }
  return OkAfter(ApplyAsAdmin({change}, call));
}

Outcome DisableKey(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const absl::StatusOr<v1::ApiKey> key = KeyOf(*workspace, *call);
  if (!key.ok()) return ErrorOf(key.status());
  UpdateKey change{key->id()};
  change.enabled = false;
  return OkAfter(ApplyAsAdmin({change}, call));
}

Outcome DeleteKey(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const absl::StatusOr<v1::ApiKey> key = KeyOf(*workspace, *call);
  if (!key.ok()) return ErrorOf(key.status());
  return OkAfter(ApplyAsAdmin({RemoveKey{key->id()}}, call));
}

}  // namespace acl::server
