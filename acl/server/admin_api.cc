#include "acl/server/admin_api.h"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/answer_json.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/encoding.h"
#include "acl/server/apply.h"
#include "acl/server/headers.h"
#include "acl/server/secret.h"
#include "acl/world/change_message.h"
#include "acl/world/state_world.h"
#include "acl/world/world_file.h"

namespace acl::server {
namespace {

std::optional<Outcome> RefusedUnlessOperator(const Call& call) {
  if (std::optional<Outcome> refused = call.Refused()) return refused;
  if (!call.caller.is_operator()) {
    return NotAllowed("only the operator may do that");
  }
  return std::nullopt;
}

// Reads part of a body as a message. FILE_MALFORMED.
template <class Message>
absl::Status ReadPart(const Json& json, Message* message) {
  Places places("body");
  return ReadMessage(Encoding::kJson, Dump(json), message, &places);
}

// Reads the changes in a body. Every fault is reported, one per line.
absl::StatusOr<std::vector<Change>> ReadCall(const Json& body) {
  v1::ChangeFile file;
  Json part = Json::object();
  part["changes"] = body["changes"];
  if (absl::Status s = ReadPart(part, &file); !s.ok()) return s;
  std::vector<WorldFault> faults;
  std::vector<Change> changes = ReadChanges(file.changes(), "changes", &faults);
  if (faults.empty()) return changes;
  return AsRefusal(faults);
}

// Every fault with its place.
Json FaultsJson(const std::vector<WorldFault>& faults) {
  Json list = Json::array();
  for (const WorldFault& fault : faults) {
    list.push_back({{"at", fault.path},
                    {"fault", v1::Fault_Name(FaultOf(fault.refusal))},
                    {"message", std::string(fault.refusal.message())}});
  }
  return list;
}

Json ReceiptJson(const std::vector<Change>& changes, const Receipt& receipt,
                 const std::string& token) {
  return {{"changed", receipt.changed},
          {"dry_run", receipt.dry_run},
          {"replayed", receipt.replayed},
          {"revision", receipt.revision},
          {"token", receipt.dry_run ? Json(nullptr) : Json(token)},
          {"receipts", ChangesJson(changes, receipt)}};
}

// A field of a body and its value, if present.
struct NamedText {
  const char* name;
  std::optional<std::string> text;
};

// Everything in a body of changes except the changes themselves.
struct ChangeCall {
  std::optional<std::string> as;
  std::optional<std::string> workspace;  // as named in a change file
  NamedText request_id;
  NamedText reason;
  bool dry_run;
  std::optional<uint64_t> expected_revision;
};

ChangeCall ReadChangeCall(Call* call) {
  Fields body = call->Body();
  ChangeCall asked{body.OptionalText("as"),
                   body.OptionalText("workspace"),
                   {"request_id", body.OptionalText("request_id")},
                   {"reason", body.OptionalText("reason")},
                   body.OptionalBool("dry_run").value_or(false),
                   body.OptionalNumber("expected_revision")};
  if (body.Raw("changes").is_null()) {
    body.Missing("changes");
  } else if (!body.Raw("changes").is_array()) {
    body.Fault("changes", "list_type", "Input should be a valid list");
  }
  return asked;
}

// Sets an option that can be given in a field or a header. Refuses an empty
// field, and a field and a header that differ.
std::optional<Outcome> Settle(const NamedText& field, absl::string_view header,
                              const Call& call, std::string* option) {
  const std::string* const sent = call.request.Header(header);
  if (field.text && field.text->empty()) {
    return BadRequest(
        absl::StrCat("`", field.name, "` is empty; leave the field out"),
        field.name);
  }
  if (field.text && sent != nullptr && *sent != *field.text) {
    return BadRequest(
        absl::StrCat("`", field.name, "` is ", Quoted(*field.text),
                     ", and the header `", header, "` ", Quoted(*sent),
                     "; send one of the two"),
        field.name);
  }
  if (field.text) *option = *field.text;
  if (sent != nullptr) *option = *sent;
  return std::nullopt;
}

}  // namespace

Outcome AdminApi::ApplyChanges(Call* call) {
  const ChangeCall asked = ReadChangeCall(call);
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  ChangeOptions options;
  options.dry_run = asked.dry_run;
  options.expected_revision = asked.expected_revision;
  options.require_workspace_admin = !call->caller.is_operator();
  for (const auto& [field, header, option] :
       {std::tuple{asked.request_id, kIdempotencyKeyHeader,
                   &options.request_id},
        std::tuple{asked.reason, kReasonHeader, &options.reason}}) {
    if (std::optional<Outcome> no = Settle(field, header, *call, option)) {
      return *no;
    }
  }
  absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  if (asked.workspace && *asked.workspace != workspace->id()) {
    return BadRequest(
        absl::StrCat("the changes are for the workspace ",
                     Quoted(*asked.workspace), ", and the caller's is ",
                     Quoted(workspace->id()),
                     "; send them to the workspace that they are for"),
        "workspace");
  }
  Actor actor = call->caller.actor();
  if (asked.as && *asked.as != actor.ToString()) {
    if (!call->caller.is_operator()) {
      return NotAllowed("only the operator may act as somebody else");
    }
    const absl::StatusOr<Actor> named = Actor::Parse(*asked.as);
    if (!named.ok()) return ErrorOf(named.status());
    actor = *named;
  }
  const absl::StatusOr<std::vector<Change>> changes = ReadCall(call->body);
  if (!changes.ok()) return ErrorOf(changes.status());
  call->caller.now.reset();
  const absl::StatusOr<Receipt> receipt =
      workspace->Apply(actor, *changes, options);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  // The revision of a dry run will belong to another change.
  if (!receipt->dry_run) NoteRevision(*workspace, receipt->revision, call);
  return ReceiptJson(*changes, *receipt, call->revision);
}

Outcome AdminApi::ExportWorld(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  const std::string format = call->Parameter("format").value_or("json");
  const absl::StatusOr<Encoding> encoding = EncodingByName(format);
  if (!encoding.ok()) return ErrorOf(encoding.status());
  v1::World world;
  if (call->caller.workspace) {
    const absl::StatusOr<Snapshot> now = NowOf(call);
    if (!now.ok()) return ErrorOf(now.status());
    absl::StatusOr<v1::Workspace> one = now->Export();
    if (!one.ok()) return ErrorOf(one.status());
    *world.add_workspaces() = *std::move(one);
  } else {
    world = engine_.Export();
  }
  const char* const type = *encoding == Encoding::kJson   ? "application/json"
                           : *encoding == Encoding::kYaml ? "application/yaml"
                           : *encoding == Encoding::kBinary
                               ? "application/x-protobuf"
                               : "text/plain";
  return Document{type, WriteMessage(*encoding, world)};
}

Outcome AdminApi::ImportWorld(Call* call) {
  if (std::optional<Outcome> no = RefusedUnlessOperator(*call)) return *no;
  v1::World world;
  if (absl::Status s = ReadPart(call->body, &world); !s.ok()) return ErrorOf(s);
  std::vector<WorldFault> faults;
  const absl::Status imported = engine_.Import(Actor::System(), world, &faults);
  if (!imported.ok()) {
    ApiError error = ErrorOf(imported);
    error.faults = FaultsJson(faults);
    return error;
  }
  Json ids = Json::array();
  for (const v1::Workspace& workspace : world.workspaces()) {
    ids.push_back(workspace.id());
  }
  return Json{{"workspaces", std::move(ids)}};
}

Outcome AdminApi::MakeKey(Call* call) {
  Fields body = call->Body();
  const std::string owner = body.Text("owner");
  const std::string name = body.OptionalText("name").value_or("");
  const std::optional<std::string> named = body.OptionalText("key_id");
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  if (std::optional<Outcome> no = RefusedIfIdempotent(*call, kMadeAnew)) {
    return *no;
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  if (std::optional<Outcome> no = RefusedName(name)) return *no;
  if (named && named->empty()) {
    return BadRequest("`key_id` is empty; leave it out for a new id", "key_id");
  }
  std::string id = named.value_or("");
  const absl::StatusOr<PrincipalId> principal = PrincipalId::Parse(owner);
  if (!principal.ok()) return ErrorOf(principal.status());
  // Otherwise a share could not tell the key from the account.
  if (workspace->GetServiceAccount(id).ok() &&
      !(*principal == PrincipalId::ServiceAccount(id))) {
    return ErrorOf(
        Refuse(v1::ALREADY_EXISTS,
               absl::StrCat("a service account has the id ", Quoted(id),
                            "; give the key of another one another id")));
  }
  const absl::StatusOr<NewKey> key =
      server::MakeKey(workspace->id(), std::move(id), name);
  if (!key.ok()) return ErrorOf(key.status());
  AddKey change{key->id, *principal};
  change.annotation = key->note.Write();
  const absl::StatusOr<Receipt> receipt = ApplyAsAdmin({change}, call);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{
      {"key_id", key->id}, {"owner", owner}, {"xi-api-key", key->secret}};
}

Outcome AdminApi::MakeSecret(Call* call) {
  if (std::optional<Outcome> no = call->RefusedUnlessAdmin()) return *no;
  if (std::optional<Outcome> no = RefusedIfIdempotent(*call, kMadeAnew)) {
    return *no;
  }
  const absl::StatusOr<Workspace> workspace = WorkspaceOf(*call);
  if (!workspace.ok()) return ErrorOf(workspace.status());
  const std::string& id = call->ids[0];
  const Turns::Turn turn = AnnotationTurn("key:" + id, *call);
  if (!turn.ok()) return OtherHasTurn();
  const absl::StatusOr<v1::ApiKey> key = workspace->GetKey(id);
  if (!key.ok()) return ErrorOf(key.status());
  KeyNote note = KeyNote::Read(key->annotation());
  // The key keeps the name in its note.
  const absl::StatusOr<NewKey> fresh = server::MakeKey(workspace->id(), id, "");
  if (!fresh.ok()) return ErrorOf(fresh.status());
  note.hash = fresh->note.hash;
  note.hint = fresh->note.hint;
  note.created_at_unix = fresh->note.created_at_unix;
  UpdateKey change{id};
  change.annotation = note.Write();
  const absl::StatusOr<Receipt> receipt = ApplyAsAdmin({change}, call);
  if (!receipt.ok()) return ErrorOf(receipt.status());
  return Json{
      {"key_id", id}, {"owner", key->owner()}, {"xi-api-key", fresh->secret}};
}

Outcome AdminApi::ListWorkspaces(Call* call) {
  if (std::optional<Outcome> no = RefusedUnlessOperator(*call)) return *no;
  return Json{{"workspaces", engine_.WorkspaceIds()}};
}

Outcome AdminApi::MakeWorkspace(Call* call) {
  const std::string id = call->Body().Text("id");
  if (std::optional<Outcome> no = RefusedUnlessOperator(*call)) return *no;
  const absl::StatusOr<Workspace> made =
      engine_.AddWorkspace(Actor::System(), id);
  if (!made.ok()) return ErrorOf(made.status());
  NoteRevision(*made, 0, call);
  return Json{{"id", id}, {"token", call->revision}};
}

Outcome AdminApi::DropWorkspace(Call* call) {
  if (std::optional<Outcome> no = RefusedUnlessOperator(*call)) return *no;
  const absl::Status removed =
      engine_.RemoveWorkspace(Actor::System(), call->ids[0]);
  if (!removed.ok()) return ErrorOf(removed);
  return Json{{"status", "ok"}};
}

}  // namespace acl::server
