#include "acl/audit/world_import.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/journal/file_system.h"
#include "acl/journal/journal_reader.h"

namespace acl {

absl::Status ImportWorldFile(const std::string& path, Engine* engine,
                             ProgressSink progress) {
  const absl::StatusOr<std::unique_ptr<WorldReader>> reader =
      WorldReader::Open(path, std::move(progress));
  if (!reader.ok()) return reader.status();
  std::vector<WorldFault> faults;
  absl::Status status =
      engine->Import(Actor::System(), (*reader)->Source(), &faults);
  if (status.ok() || faults.empty()) return status;
  return AsRefusal(faults, (*reader)->places());
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

WorldPlace ReadWorldPlace(const std::string& text) {
  const size_t at = text.rfind('@');
  std::error_code error;
  if (at == std::string::npos || std::filesystem::exists(text, error) ||
      !IsFolder(text.substr(0, at))) {
    return {text, ""};
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

absl::Status ImportWorld(const std::string& path, Engine* engine,
                         ProgressSink progress) {
  if (!IsFolder(ReadWorldPlace(path).path)) {
    return ImportWorldFile(path, engine, std::move(progress));
  }
  const absl::StatusOr<std::unique_ptr<Engine>> from =
      OpenWorld(path, "", "", std::move(progress));
  if (!from.ok()) return from.status();
  return engine->Import(Actor::System(), (*from)->Export());
}

absl::Status CheckJournalFolder(const std::string& folder) {
  const absl::StatusOr<std::vector<JournalFile>> files =
      JournalFiles(folder, SystemFiles());
  if (!files.ok()) return files.status();
  if (!files->empty()) return absl::OkStatus();
  return Refuse(v1::FILE_MALFORMED,
                absl::StrCat(Printable(folder),
                             ": a folder without a journal; name a world file, "
                             "or make a journal by `acl init`"));
}

namespace {

// The workspace to which a revision belongs if none is named.
absl::StatusOr<std::string> OnlyWorkspace(const std::string& folder) {
  const absl::StatusOr<std::unique_ptr<Engine>> now =
      Engine::OpenAt(folder, {});
  if (!now.ok()) return now.status();
  std::vector<std::string> ids = (*now)->WorkspaceIds();
  if (ids.size() == 1) return std::move(ids.front());
  return Refuse(
      v1::MALFORMED,
      ids.empty()
          ? std::string("a revision is one of a workspace, and the "
                        "folder has none")
          : absl::StrCat(
                "a revision is one of a workspace, and there are ", ids.size(),
                ", ",
                absl::StrJoin(ids, ", ",
                              [](std::string* out, const std::string& id) {
                                absl::StrAppend(out, Quoted(id));
                              }),
                "; choose one by --workspace ID"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenWorld(const std::string& path,
                                                  absl::string_view at,
                                                  absl::string_view workspace,
                                                  ProgressSink progress) {
  if (const WorldPlace place = ReadWorldPlace(path);
      at.empty() && place.path != path) {
    return OpenWorld(place.path, place.at, workspace, std::move(progress));
  }
  if (!IsFolder(path)) {
    if (!at.empty()) {
      return Refuse(v1::MALFORMED,
                    absl::StrCat(Printable(path),
                                 ": is no journal folder, and nothing else has "
                                 "a history to be asked as of ",
                                 Quoted(at)));
    }
    auto engine = std::make_unique<Engine>();
    absl::Status status =
        ImportWorldFile(path, engine.get(), std::move(progress));
    if (!status.ok()) return status;
    return engine;
  }
  if (absl::Status s = CheckJournalFolder(path); !s.ok()) return s;
  absl::StatusOr<Moment> moment =
      at.empty() ? Moment() : Moment::Parse(at, workspace);
  if (!moment.ok()) return moment.status();
  if (moment->revision && moment->workspace.empty()) {
    absl::StatusOr<std::string> only = OnlyWorkspace(path);
    if (!only.ok()) return only.status();
    moment->workspace = *std::move(only);
  }
  FolderOptions options;
  options.progress = std::move(progress);
  return Engine::OpenAt(path, *moment, {}, options);
}

absl::Status AsRefusal(const std::vector<WorldFault>& faults,
                       const Places& places) {
  return Refuse(
      v1::FILE_MALFORMED,
      absl::StrJoin(faults, "\n", [&](std::string* out, const WorldFault& f) {
        absl::StrAppend(out, places.Show(f.path), ": ", f.refusal.message());
      }));
}

}  // namespace acl
