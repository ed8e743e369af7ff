#include "tests/corpus/http_door.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/ladder.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"
#include "acl/server/http/target.h"
#include "tests/corpus/json_facts.h"
#include "tests/server/http/client.h"

namespace acl {
namespace {

constexpr char kSecret[] = "the-operator-of-the-corpus-says-so";

}  // namespace

HttpDoor::HttpDoor(std::string folder) : folder_(std::move(folder)) {}

absl::Status HttpDoor::Start(const std::string& world) {
  server_ = nullptr;
  server::ServeOptions options;
  options.operator_key_file = folder_ + "/operator";
  options.world = world;
  if (absl::Status s = WriteFile(options.operator_key_file, kSecret); !s.ok()) {
    return s;
  }
  absl::StatusOr<std::unique_ptr<server::Server>> server =
      server::Server::Start(std::move(options));
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

absl::StatusOr<HttpDoor::Json> HttpDoor::Send(const std::string& workspace,
                                              const std::string& method,
                                              const std::string& target,
                                              const std::string& body) {
  // If a world has only one workspace, a question need not name it.
  std::string named = workspace;
  if (named.empty() && method + target != "GET/acl/v1/workspaces" &&
      method + target != "POST/acl/v1/world") {
    const absl::StatusOr<Json> all = Send("", "GET", "/acl/v1/workspaces", "");
    if (!all.ok()) return all.status();
    if ((*all)["workspaces"].size() != 1) {
      return Refuse(v1::MALFORMED, "several workspaces answered");
    }
    named = (*all)["workspaces"][0];
  }
  Client client = Client::To(server_->port());
  const Reply reply = client.Ask(absl::StrCat(
      method, " ", target, " HTTP/1.1\r\nHost: x\r\nxi-api-key: ", kSecret,
      "\r\n", named.empty() ? "" : "acl-workspace: " + named + "\r\n",
      "Content-Type: application/json\r\nContent-Length: ", body.size(),
      "\r\n\r\n", body));
  Json json = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (reply.status == 200) return json;
  refused_ = json;
  Fault fault = v1::FAULT_UNSPECIFIED;
  if (!v1::Fault_Parse(reply.Header("acl-fault"), &fault)) {
    return absl::InternalError(absl::StrCat("status ", reply.status,
                                            " without a fault: ", reply.body));
  }
  return Refuse(fault, json["detail"]["message"].get<std::string>());
}

absl::StatusOr<HttpDoor::Json> HttpDoor::Get(const std::string& workspace,
                                             const std::string& path,
                                             const Parameters& parameters) {
  std::vector<std::string> query;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) query.push_back(absl::StrCat(name, "=", Escape(value)));
  }
  return Send(workspace, "GET",
              absl::StrCat("/acl/v1/", path, "?", absl::StrJoin(query, "&")),
              "");
}

absl::Status HttpDoor::Load(const v1::World& world,
                            std::vector<WorldFault>* faults) {
  if (absl::Status s = Start(""); !s.ok()) return s;
  const absl::StatusOr<Json> loaded =
      Send("", "POST", "/acl/v1/world", WriteMessage(Encoding::kJson, world));
  if (loaded.ok()) return absl::OkStatus();
  for (const Json& one : refused_["detail"].value("faults", Json::array())) {
    Fault fault = v1::FAULT_UNSPECIFIED;
    v1::Fault_Parse(one["fault"].get<std::string>(), &fault);
    faults->push_back(
        {one["at"], Refuse(fault, one["message"].get<std::string>())});
  }
  return loaded.status();
}

absl::Status HttpDoor::LoadFile(const std::string& path) { return Start(path); }

absl::StatusOr<Receipt> HttpDoor::Apply(const std::string& workspace,
                                        const v1::ApplyAssertion& call) {
  v1::ChangeFile file;
  *file.mutable_changes() = call.changes();
  Json body = Json::parse(WriteMessage(Encoding::kJson, file));
  if (!body.contains("changes")) body["changes"] = Json::array();
  body["as"] = call.as().empty() ? "system" : call.as();
  body["dry_run"] = call.dry_run();
  if (call.has_expected_revision()) {
    body["expected_revision"] = call.expected_revision();
  }
  const absl::StatusOr<Json> json =
      Send(workspace, "POST", "/acl/v1/changes", body.dump());
  if (!json.ok()) return json.status();
  return ReceiptFrom(*json);
}

absl::StatusOr<bool> HttpDoor::Check(const std::string& workspace,
                                     const std::string& subject,
                                     const std::string& role,
                                     const std::string& resource) {
  const absl::StatusOr<Json> json =
      Get(workspace, "check",
          {{"subject", subject}, {"role", role}, {"resource", resource}});
  if (!json.ok()) return json.status();
  return (*json)["allowed"].get<bool>();
}

absl::StatusOr<RoleFacts> HttpDoor::Role(const std::string& workspace,
                                         const std::string& subject,
                                         const std::string& resource) {
  const Parameters pair = {{"subject", subject}, {"resource", resource}};
  const absl::StatusOr<Json> json = Get(workspace, "role", pair);
  if (!json.ok()) return json.status();
  const absl::StatusOr<Json> explained = Get(workspace, "explain", pair);
  if (!explained.ok()) return explained.status();
  return RoleFrom(*json, *explained);
}

absl::StatusOr<ExplanationFacts> HttpDoor::Explain(const std::string& workspace,
                                                   const std::string& subject,
                                                   const std::string& resource,
                                                   const std::string& role) {
  const absl::StatusOr<Json> json =
      Get(workspace, "explain",
          {{"subject", subject}, {"resource", resource}, {"role", role}});
  if (!json.ok()) return json.status();
  return ExplanationFrom(*json);
}

absl::StatusOr<ListFacts> HttpDoor::List(const std::string& workspace,
                                         const std::string& path,
                                         Parameters parameters,
                                         const char* name) {
  // Small pages, so that a list has several.
  parameters.insert(parameters.end(), {{"page_size", "3"}, {"page_token", ""}});
  ListFacts facts;
  do {
    const absl::StatusOr<Json> json = Get(workspace, path, parameters);
    if (!json.ok()) return json.status();
    for (const Json& item : (*json)["items"]) {
      facts.emplace_back(item[name], item["role"]);
    }
    const Json& next = (*json)["next_page_token"];
    parameters.back().second = next.is_null() ? "" : next.get<std::string>();
  } while (!parameters.back().second.empty());
  std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) {
    return *ResourceId::Parse(a.first) < *ResourceId::Parse(b.first);
  });
  return facts;
}

absl::StatusOr<ListFacts> HttpDoor::ListResources(const std::string& workspace,
                                                  const std::string& subject,
                                                  const std::string& min_role,
                                                  const std::string& type) {
  return List(workspace, "what",
              {{"subject", subject}, {"min_role", min_role}, {"type", type}},
              "resource");
}

absl::StatusOr<ListFacts> HttpDoor::ListPrincipals(
    const std::string& workspace, const std::string& resource,
    const std::string& min_role) {
  return List(workspace, "who",
              {{"resource", resource}, {"min_role", min_role}}, "principal");
}

absl::StatusOr<std::vector<std::string>> HttpDoor::Roles(
    const std::string& workspace) {
  const absl::StatusOr<Json> json = Get(workspace, "world", {});
  if (!json.ok()) return json.status();
  const Json& first = (*json)["workspaces"][0];
  return first.contains("roles")
             ? first["roles"].get<std::vector<std::string>>()
             : Ladder::Default().names();
}

std::string HttpDoor::Comment(const std::string&, const std::string&,
                              const std::string&) {
  return "";
}

}  // namespace acl
