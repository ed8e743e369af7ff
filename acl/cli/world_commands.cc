#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/peribolos.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/counts.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/encoding/encoding.h"
#include "acl/world/world_file.h"

namespace acl::cli {
namespace {

// Computes a valid file's digest and counts.
absl::Status Measure(const std::string& file, const Console& console,
                     Counts* counts, std::string* digest) {
  Progress progress(console, "validating " + Printable(file));
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenWorld(file, "", "", progress.Sink());
  if (!engine.ok()) return engine.status();
  absl::StatusOr<std::string> made = DigestOf([&](const WorldSink& sink) {
    return (*engine)->Export([&](const v1::Workspace& part) {
      counts->Add(part);
      return sink(part);
    });
  });
  if (!made.ok()) return made.status();
  *digest = *std::move(made);
  return absl::OkStatus();
}

// Exports the chosen workspaces of a session.
WorldProducer ExportOf(const std::vector<Workspace>& workspaces) {
  return [&workspaces](const WorldSink& sink) {
    for (const Workspace& workspace : workspaces) {
      if (absl::Status s = workspace.Export(sink); !s.ok()) return s;
    }
    return absl::OkStatus();
  };
}

}  // namespace

ExitCode ExportCommand(const Common& common, const ExportArguments& arguments,
                       const Console& console) {
  const std::string format = !arguments.format.empty() ? arguments.format
                             : console.json            ? "json"
                                                       : "yaml";
  const absl::StatusOr<Encoding> encoding = arguments.output.empty()
                                                ? EncodingByName(format)
                                                : EncodingOf(arguments.output);
  if (!encoding.ok()) return Fail(console, encoding.status());
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open(common, console);
  if (!session.ok()) return Fail(console, session.status());
  const absl::StatusOr<std::vector<Workspace>> workspaces =
      (*session)->Workspaces();
  if (!workspaces.ok()) return Fail(console, workspaces.status());
  absl::Status status;
  if (!arguments.output.empty()) {
    const Progress progress(console, "writing " + Printable(arguments.output));
    status = WriteWorldFile(arguments.output, ExportOf(*workspaces));
  } else {
    status = WriteWorld(*encoding, ExportOf(*workspaces),
                        [&](absl::string_view bytes) {
                          console.out << bytes;
                          return absl::OkStatus();
                        });
  }
  return status.ok() ? kAllow : Fail(console, status);
}

ExitCode ConvertCommand(const std::string& input, const std::string& output,
                        const Console& console) {
  if (absl::Status s = EncodingOf(output).status(); !s.ok()) {
    return Fail(console, s);
  }
  const absl::StatusOr<std::unique_ptr<Engine>> engine = [&] {
    Progress progress(console, "reading " + Printable(input));
    return OpenWorld(input, "", "", progress.Sink());
  }();
  if (!engine.ok()) return Fail(console, engine.status());
  const Progress progress(console, "writing " + Printable(output));
  const absl::Status written = WriteWorldFile(
      output, [&](const WorldSink& sink) { return (*engine)->Export(sink); });
  return written.ok() ? kAllow : Fail(console, written);
}

namespace {

// OK if the folder has no records yet.
absl::Status CheckNew(const std::string& folder) {
  if (!IsFolder(folder)) return absl::OkStatus();
  FolderReport report;
  const absl::Status read =
      Engine::OpenAt(folder, {}, {}, {}, &report).status();
  if (!read.ok() || report.records == 0) return read;
  return Refuse(
      v1::ALREADY_EXISTS,
      absl::StrCat(Printable(folder), ": has a journal already, of ",
                   Some(report.records, "record"), "; choose another folder"));
}

// Imports the world of a file or a folder into an engine with a new journal.
absl::Status Begin(const InitArguments& arguments, const Console& console,
                   Engine* engine) {
  Progress progress(console, "writing " + Printable(arguments.folder));
  return ImportWorld(arguments.world, engine, progress.Sink());
}

}  // namespace

ExitCode InitCommand(const InitArguments& arguments, const Console& console) {
  if (absl::Status s = CheckNew(arguments.folder); !s.ok()) {
    return Fail(console, s);
  }
  {
    // Validate first: nothing is created for a world that is refused.
    Progress progress(console, "reading " + Printable(arguments.world));
    const absl::Status read =
        OpenWorld(arguments.world, "", "", progress.Sink()).status();
    if (!read.ok()) return Fail(console, read);
  }
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(arguments.folder);
  if (!engine.ok()) return Fail(console, engine.status());
  if (absl::Status s = Begin(arguments, console, engine->get()); !s.ok()) {
    return Fail(console, s);
  }
  const std::vector<std::string> ids = (*engine)->WorkspaceIds();
  console.out << (console.json
                      ? Dump(
                            {{"folder", arguments.folder}, {"workspaces", ids}})
                      : Printable(arguments.folder) + ": a journal with " +
                            Some(ids.size(), "workspace"))
              << "\n";
  return kAllow;
}

ExitCode ValidateCommand(const std::vector<std::string>& files,
                         const Console& console) {
  Json list = Json::array();
  ExitCode code = kAllow;
  for (const std::string& file : files) {
    Counts counts;
    std::string digest;
    const absl::Status status = Measure(file, console, &counts, &digest);
    if (!status.ok()) {
      code = std::max(code, Fail(console, status));
      continue;
    }
    Json item = {{"file", file}, {"digest", digest}};
    item.update(CountsJson(counts));
    list.push_back(std::move(item));
    if (!console.json) {
      console.out << Printable(file) << ": "
                  << Styled(console.out_colour, Look::kGood, "valid") << ", "
                  << CountsText(counts) << "\n  digest " << digest << "\n";
    }
  }
  if (console.json) console.out << Dump(list) << "\n";
  return code;
}

ExitCode ImportPeribolosCommand(const PeribolosArguments& arguments,
                                const Console& console) {
  if (absl::Status s = EncodingOf(arguments.output).status(); !s.ok()) {
    return Fail(console, s);
  }
  absl::StatusOr<PeribolosImport> import = [&] {
    const Progress progress(console, "reading " + Printable(arguments.path));
    return ImportPeribolos(arguments.path, arguments.orgs);
  }();
  if (!import.ok()) return Fail(console, import.status());
  for (const std::string& warning : import->warnings) {
    console.err << "acl: warning: " << warning << "\n";
  }
  // Importing checks the world, so that the output can be read again, and puts
  // it into canonical order.
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
    if (!console.json) {
      const auto some = [](int n, const char* noun) {
        return Some(static_cast<size_t>(n), noun);
      };
      const int repositories = workspace.resources_size();
      console.out << Printable(workspace.id()) << ": "
                  << some(workspace.users_size(), "user") << ", "
                  << some(workspace.groups_size(), "group") << ", "
                  << repositories
                  << (repositories == 1 ? " repository, " : " repositories, ")
                  << some(grants, "grant") << "\n";
    }
  }
  if (console.json) console.out << Dump(list) << "\n";
  return kAllow;
}

}  // namespace acl::cli
