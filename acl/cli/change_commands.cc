#include <memory>

#include "absl/status/statusor.h"
#include "acl/cli/call.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/encoding/file.h"

namespace acl::cli {
namespace {

absl::StatusOr<Receipt> ApplyShare(const ShareArguments& arguments,
                                   Session* session) {
  const absl::StatusOr<Actor> actor = Actor::Parse(arguments.call.actor);
  if (!actor.ok()) return actor.status();
  absl::StatusOr<ResourceId> resource = ResourceId::Parse(arguments.resource);
  if (!resource.ok()) return resource.status();
  absl::StatusOr<Target> target = Target::Parse(arguments.target);
  if (!target.ok()) return target.status();
  absl::StatusOr<Workspace> workspace = session->OneWorkspace();
  if (!workspace.ok()) return workspace.status();
  ChangeOptions options = OptionsOf(arguments.call);
  options.dry_run = arguments.call.dry_run;
  return arguments.role.empty()
             ? workspace->Unshare(*actor, *resource, *target, options)
             : workspace->Share(*actor, *resource, *target, arguments.role,
                                options);
}

}  // namespace

ExitCode ShareCommand(const Common& common, const ShareArguments& arguments,
                      const Console& console) {
  if (absl::Status s = CheckOptions(common, arguments.call); !s.ok()) {
    return Fail(console, s);
  }
  FileLock lock;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(common, arguments.call.dry_run, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<Receipt> receipt = ApplyShare(arguments, session->get());
  if (!receipt.ok()) return Fail(console, receipt.status());
  if (receipt->changed && !receipt->dry_run) {
    if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  }
  console.out << (console.json ? Dump(ShareReceiptJson(*receipt)) + "\n"
                               : ShareReceiptText(*receipt));
  return kAllow;
}

}  // namespace acl::cli
