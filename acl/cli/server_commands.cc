#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/line_writer.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/file.h"
#include "acl/server/secret.h"

namespace acl::cli {

ExitCode KeyCreateCommand(const Common& common, const KeyArguments& arguments,
                          const Console& console) {
  const absl::StatusOr<PrincipalId> owner = PrincipalId::Parse(arguments.owner);
  if (!owner.ok()) return Fail(console, owner.status());
  if (!arguments.name.empty()) {
    const absl::Status name = CheckId("`--name`", arguments.name);
    if (!name.ok()) return Fail(console, name);
  }
  FileLock lock;
  absl::StatusOr<std::unique_ptr<Session>> session =
      Session::OpenForChange(common, false, console, &lock);
  if (!session.ok()) return Fail(console, session.status());
  absl::StatusOr<Workspace> workspace = (*session)->OneWorkspace();
  if (!workspace.ok()) return Fail(console, workspace.status());
  const absl::StatusOr<server::NewKey> key =
      server::MakeKey(workspace->id(), arguments.id, arguments.name);
  if (!key.ok()) return Fail(console, key.status());
  AddKey change{key->id, *owner};
  change.annotation = key->note.Write();
  const absl::StatusOr<Receipt> receipt =
      workspace->Apply(Actor::System(), {change});
  if (!receipt.ok()) return Fail(console, receipt.status());
  if (absl::Status s = (*session)->Save(); !s.ok()) return Fail(console, s);
  if (console.json) {
    console.out << Dump({{"workspace", workspace->id()},
                         {"key_id", key->id},
                         {"owner", arguments.owner},
                         {"secret", key->secret}})
                << "\n";
  } else {
    console.out << "key     " << Printable(key->id) << "\n"
                << "secret  " << key->secret << "\n";
    console.err << "acl: the secret is shown this once; keep it safe\n";
  }
  return kAllow;
}

namespace {

// Blocks the signals that end the server in all threads started later. A reader
// of the log that goes away, or a limit on file sizes, does not end the server:
// the failed write is reported where it matters.
class EndingSignals {
 public:
  EndingSignals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~EndingSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;

  void Wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_;
  sigset_t before_;
};

absl::Status SetHistory(absl::string_view text, FolderOptions* options) {
  if (text == "keep") return absl::OkStatus();
  options->keep_history = false;
  if (text == "remove") return absl::OkStatus();
  if (absl::ConsumePrefix(&text, "archive=") && !text.empty()) {
    options->archive = std::string(text);
    return absl::OkStatus();
  }
  return Refuse(v1::MALFORMED, absl::StrCat("--history ", Quoted(text),
                                            " is none of `keep`, `remove` and "
                                            "`archive=FOLDER`"));
}

std::string FoundText(const ServeArguments& arguments,
                      const server::Server& server) {
  if (arguments.memory) return "in memory alone";
  const FolderReport& found = server.found();
  std::string text = absl::StrCat(Printable(arguments.folder), ": ",
                                  Some(found.records, "record"));
  if (!found.closed) text += ", not closed properly before";
  if (found.torn_bytes > 0) {
    absl::StrAppend(&text, ", ", Some(found.torn_bytes, "byte"),
                    " of an unfinished change cut off");
  }
  if (!found.damaged_checkpoint.empty()) {
    text += "; passed over a checkpoint: " + found.damaged_checkpoint;
  }
  return text;
}

}  // namespace

ExitCode ServeCommand(const ServeArguments& arguments, const Console& console) {
  server::ServeOptions options = arguments.options;
  if (arguments.memory == !arguments.folder.empty()) {
    return Fail(console, Refuse(v1::MALFORMED,
                                "say where to keep the data: `--data FOLDER`, "
                                "or `--memory` to keep none"));
  }
  if (absl::Status s = server::SetListen(arguments.listen, &options.http);
      !s.ok()) {
    return Fail(console, s);
  }
  options.folder = arguments.folder;
  if (arguments.relaxed) {
    options.folder_options.durability = Durability::kProcess;
  }
  if (absl::Status s = SetHistory(arguments.history, &options.folder_options);
      !s.ok()) {
    return Fail(console, s);
  }
  options.max_wait = absl::Seconds(arguments.max_wait);
  options.grace = absl::Seconds(arguments.grace);
  options.http.header_timeout = options.http.body_timeout =
      options.http.write_timeout = absl::Seconds(arguments.request_timeout);
  options.http.queue_timeout = absl::Seconds(arguments.queue_timeout);
  options.max_answer = absl::Seconds(arguments.request_timeout);
  options.http.idle_timeout = absl::Seconds(arguments.idle_timeout);
  std::optional<LineWriter> log;
  if (!arguments.quiet) {
    log.emplace(&console.out);
    options.log = [&log](const std::string& line) { log->Write(line); };
  }
  const EndingSignals signals;
  absl::StatusOr<std::unique_ptr<server::Server>> server = [&] {
    Progress progress(console, "opening");
    options.folder_options.progress = progress.Sink();
    options.world_progress = progress.Sink();
    return server::Server::Start(std::move(options));
  }();
  if (!server.ok()) return Fail(console, server.status());
  console.err << "acl: " << FoundText(arguments, **server)
              << ((*server)->imported() ? "; world imported" : "")
              << "\nacl: listening on " << (*server)->url() << std::endl;
  signals.Wait();
  console.err << "acl: stopping" << std::endl;
  const absl::Status stopped = (*server)->Stop();
  return stopped.ok() ? kAllow : Fail(console, stopped);
}

}  // namespace acl::cli
