#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/audit/peribolos.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"
#include "acl/world/world_file.h"

namespace acl::cli {
namespace {

absl::StatusOr<Actor> ParseActor(const std::string& text) {
  if (text == "system") return Actor::System();
  absl::StatusOr<Subject> subject = Subject::Parse(text);
  if (subject.ok()) return Actor(*subject);
  return Refuse(v1::MALFORMED,
                absl::StrCat(subject.status().message(), "; or `system`"));
}

absl::StatusOr<Receipt> Apply(const ShareArguments& arguments,
                              Session* session) {
  const absl::StatusOr<Actor> actor = ParseActor(arguments.actor);
  if (!actor.ok()) return actor.status();
  absl::StatusOr<ResourceId> resource = ResourceId::Parse(arguments.resource);
  if (!resource.ok()) return resource.status();
  absl::StatusOr<Target> target = Target::Parse(arguments.target);
  if (!target.ok()) return target.status();
  absl::StatusOr<Workspace> workspace = session->OneWorkspace();
  if (!workspace.ok()) return workspace.status();
  ChangeOptions options;
  options.dry_run = arguments.dry_run;
  return arguments.role.empty()
             ? workspace->Unshare(*actor, *resource, *target, options)
             : workspace->Share(*actor, *resource, *target, arguments.role,
                                options);
}

}  // namespace

ExitCode ShareCommand(const Common& common, const ShareArguments& arguments,
                      const Console& console) {
  // Held from reading to writing, so that no other command's change is lost.
  FileLock lock;
  if (!arguments.dry_run && !common.world.empty()) {
    if (absl::Status s = lock.Take(common.world); !s.ok()) {
      return Fail(console, s);
    }
  }
  absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(common);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<Receipt> receipt = Apply(arguments, session->get());
  if (!receipt.ok()) return Fail(console, receipt.status());
  if (receipt->changed && !receipt->dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  console.out << (common.json ? Dump(ReceiptJson(*receipt)) + "\n"
                              : ReceiptText(*receipt));
  return kAllow;
}

ExitCode ImportPeribolosCommand(const PeribolosArguments& arguments, bool json,
                                const Console& console) {
  if (absl::Status s = EncodingOf(arguments.output).status(); !s.ok()) {
    return Fail(console, s);
  }
  absl::StatusOr<PeribolosImport> import =
      ImportPeribolos(arguments.folder, arguments.orgs);
  if (!import.ok()) return Fail(console, import.status());
  for (const std::string& warning : import->warnings) {
    console.err << "acl: warning: " << warning << "\n";
  }
  // What is written is what would be read again: checked, in canonical order.
  Engine engine;
  absl::Status status = engine.Import(Actor::System(), import->world);
  if (status.ok()) {
    status = WriteWorldFile(arguments.output, [&](const WorldSink& sink) {
      return engine.Export(sink);
    });
  }
  if (!status.ok()) return Fail(console, status);
  Json list = Json::array();
  for (const v1::Workspace& workspace : import->world.workspaces()) {
    int grants = 0;
    for (const v1::Resource& resource : workspace.resources()) {
      grants += resource.grants_size();
    }
    list.push_back({{"workspace", workspace.id()},
                    {"users", workspace.users_size()},
                    {"groups", workspace.groups_size()},
                    {"resources", workspace.resources_size()},
                    {"grants", grants}});
    if (!json) {
      console.out << Printable(workspace.id()) << ": " << workspace.users_size()
                  << " users, " << workspace.groups_size() << " groups, "
                  << workspace.resources_size() << " repositories, " << grants
                  << " grants\n";
    }
  }
  if (json) console.out << Dump(list) << "\n";
  return kAllow;
}

}  // namespace acl::cli
