#include "tests/corpus/command_door.h"

#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/base/fault.h"
#include "acl/cli/app.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"
#include "tests/corpus/json_facts.h"

namespace acl {
namespace {

struct Output {
  int code;
  std::string out;
  std::string err;
};

Output Invoke(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"acl"};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  std::ostringstream out, err;
  const int code = cli::Run(static_cast<int>(argv.size()), argv.data(),
                            cli::Console{out, err});
  return {code, out.str(), err.str()};
}

absl::Status RefusalOf(const Output& output) {
  const auto json =
      nlohmann::ordered_json::parse(output.err, nullptr, /*allow_exceptions=*/
                                    false);
  Fault fault = v1::FAULT_UNSPECIFIED;
  if (json.is_discarded() ||
      !v1::Fault_Parse(json["fault"].get<std::string>(), &fault)) {
    return absl::InternalError(absl::StrCat(
        "exit code ", output.code, " without a refusal: ", output.err));
  }
  return Refuse(fault, json["message"].get<std::string>());
}

}  // namespace

CommandDoor::CommandDoor(std::string folder)
    : folder_(std::move(folder)), world_(folder_ + "/world.yaml") {}

absl::StatusOr<CommandDoor::Json> CommandDoor::Run(
    const std::string& workspace, std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--json", "--world", world_});
  if (!workspace.empty()) {
    arguments.insert(arguments.end(), {"--workspace", workspace});
  }
  const Output output = Invoke(arguments);
  if (output.code != cli::kAllow && output.code != cli::kDeny) {
    return RefusalOf(output);
  }
  return Json::parse(output.out);
}

absl::StatusOr<CommandDoor::Json> CommandDoor::Ask(
    const std::string& workspace, std::vector<std::string> arguments) const {
  absl::StatusOr<Json> answers = Run(workspace, std::move(arguments));
  if (!answers.ok()) return answers.status();
  if (answers->size() == 1) return answers->front();
  return Refuse(v1::MALFORMED, "several workspaces answered");
}

absl::Status CommandDoor::Load(const v1::World& world,
                               std::vector<WorldFault>* faults) {
  absl::Status status = WriteFile(world_, WriteMessage(Encoding::kYaml, world));
  if (!status.ok()) return status;
  const Output output = Invoke({"validate", world_});
  if (output.code == cli::kAllow) return absl::OkStatus();
  // Lines of the form `acl: FILE:LINE: PATH: message`, in the order of the
  // faults. They do not name the fault itself; the library says which one it
  // must be.
  Engine engine;
  std::vector<WorldFault> expected;
  status = engine.Import(Actor::System(), world, &expected);
  std::vector<std::string> lines =
      absl::StrSplit(output.err, '\n', absl::SkipEmpty());
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool same =
        i < expected.size() &&
        absl::StrContains(lines[i],
                          absl::StrCat(": ", expected[i].path, ": ",
                                       expected[i].refusal.message()));
    faults->push_back(same ? expected[i]
                           : WorldFault{lines[i], absl::UnknownError("")});
  }
  return status;
}

absl::Status CommandDoor::LoadFile(const std::string& path) {
  const Output output = Invoke({"convert", path, world_});
  return output.code == cli::kAllow ? absl::OkStatus()
                                    : Refuse(v1::FILE_MALFORMED, output.err);
}

absl::StatusOr<Receipt> CommandDoor::Apply(const std::string& workspace,
                                           const v1::ApplyAssertion& call) {
  v1::ChangeFile file;
  *file.mutable_changes() = call.changes();
  if (call.has_expected_revision()) {
    file.set_expected_revision(call.expected_revision());
  }
  const std::string path = folder_ + "/changes.json";
  absl::Status status = WriteFile(path, WriteMessage(Encoding::kJson, file));
  if (!status.ok()) return status;
  std::vector<std::string> arguments = {
      "apply", path, "--as", call.as().empty() ? "system" : call.as()};
  if (call.dry_run()) arguments.push_back("--dry-run");
  const absl::StatusOr<Json> json = Run(workspace, std::move(arguments));
  if (!json.ok()) return json.status();
  return ReceiptFrom(*json);
}

absl::StatusOr<bool> CommandDoor::Check(const std::string& workspace,
                                        const std::string& subject,
                                        const std::string& role,
                                        const std::string& resource) {
  const absl::StatusOr<Json> json =
      Ask(workspace, {"check", subject, role, resource});
  if (!json.ok()) return json.status();
  return (*json)["allowed"].get<bool>();
}

absl::StatusOr<RoleFacts> CommandDoor::Role(const std::string& workspace,
                                            const std::string& subject,
                                            const std::string& resource) {
  const absl::StatusOr<Json> json = Ask(workspace, {"role", subject, resource});
  if (!json.ok()) return json.status();
  const absl::StatusOr<Json> explained =
      Ask(workspace, {"explain", subject, resource});
  if (!explained.ok()) return explained.status();
  return RoleFrom(*json, *explained);
}

absl::StatusOr<ExplanationFacts> CommandDoor::Explain(
    const std::string& workspace, const std::string& subject,
    const std::string& resource, const std::string& role) {
  std::vector<std::string> arguments = {"explain", subject, resource};
  if (!role.empty()) arguments.insert(arguments.end(), {"--role", role});
  const absl::StatusOr<Json> json = Ask(workspace, std::move(arguments));
  if (!json.ok()) return json.status();
  return ExplanationFrom(*json);
}

absl::StatusOr<ListFacts> CommandDoor::ListResources(
    const std::string& workspace, const std::string& subject,
    const std::string& min_role, const std::string& type) {
  std::vector<std::string> arguments = {"what", subject};
  if (!min_role.empty()) {
    arguments.insert(arguments.end(), {"--min-role", min_role});
  }
  if (!type.empty()) arguments.insert(arguments.end(), {"--type", type});
  const absl::StatusOr<Json> json = Ask(workspace, std::move(arguments));
  if (!json.ok()) return json.status();
  ListFacts facts;
  for (const auto& item : (*json)["items"]) {
    facts.emplace_back(item["resource"], item["role"]);
  }
  return facts;
}

absl::StatusOr<ListFacts> CommandDoor::ListPrincipals(
    const std::string& workspace, const std::string& resource,
    const std::string& min_role) {
  std::vector<std::string> arguments = {"who", resource};
  if (!min_role.empty()) {
    arguments.insert(arguments.end(), {"--min-role", min_role});
  }
  const absl::StatusOr<Json> json = Ask(workspace, std::move(arguments));
  if (!json.ok()) return json.status();
  ListFacts facts;
  for (const auto& item : (*json)["items"]) {
    facts.emplace_back(item["principal"], item["role"]);
  }
  return facts;
}

absl::StatusOr<std::vector<std::string>> CommandDoor::Roles(
    const std::string& workspace) {
  const absl::StatusOr<Json> json = Run(workspace, {"export"});
  if (!json.ok()) return json.status();
  const Json& first = (*json)["workspaces"][0];
  return first.contains("roles")
             ? first["roles"].get<std::vector<std::string>>()
             : Ladder::Default().names();
}

std::string CommandDoor::Comment(const std::string&, const std::string&,
                                 const std::string&) {
  return "";
}

}  // namespace acl
