#include "acl/audit/peribolos.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/peribolos_file.h"
#include "acl/audit/peribolos_organisation.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"

namespace acl {
namespace {

namespace fs = std::filesystem;

// A file that declares organisations.
struct Source {
  fs::path file;
  fs::path folder;  // where its teams may be; empty: nowhere
  std::string id;   // the organisation after which the folder is named
};

absl::Status FolderFault(const fs::path& folder, absl::string_view what) {
  return Refuse(v1::FILE_ACCESS,
                absl::StrCat(Printable(folder.string()), ": ", what));
}

bool IsOrganisation(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "org.yaml", error);
}

Source SourceOf(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return {
      folder / "org.yaml", folder,
      (whole.has_filename() ? whole : whole.parent_path()).filename().string()};
}

struct Sources {
  std::vector<Source> list;  // in bytewise order
  fs::path root;             // the folder that holds them; empty: one file
};

absl::StatusOr<Sources> FindSources(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return Sources{{{path, "", ""}}, ""};
  if (IsOrganisation(path)) return Sources{{SourceOf(path)}, path};
  Sources found{{}, path};
  for (fs::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    if (IsOrganisation(at->path())) found.list.push_back(SourceOf(at->path()));
  }
  if (error) return FolderFault(path, error.message());
  if (found.list.empty() && fs::is_directory(path / "config", error)) {
    return FindSources(path / "config");
  }
  if (found.list.empty()) {
    return FolderFault(path, "has no organisation: no folder with org.yaml");
  }
  std::sort(found.list.begin(), found.list.end(),
            [](const Source& a, const Source& b) { return a.id < b.id; });
  return found;
}

// Reads the organisations of a configuration.
class Import {
 public:
  explicit Import(const std::vector<std::string>& orgs) {
    for (const std::string& org : orgs) {
      wanted_.emplace(absl::AsciiStrToLower(org), org);
    }
  }

  absl::Status Read(const Source& source);

  // Warns about every other YAML file: below `root` (empty: nowhere), or only
  // in the folders of the wanted organisations.
  absl::Status WarnOfOthers(const fs::path& root);

  // The wanted organisations that were not found, as they were spelt.
  std::vector<std::string> Missing() const {
    std::vector<std::string> missing;
    for (const auto& [name, spelling] : wanted_) {
      if (organisations_.count(name) == 0) missing.push_back(spelling);
    }
    return missing;
  }

  absl::StatusOr<PeribolosImport> Finish();

 private:
  bool Wants(const std::string& id) const {
    return wanted_.empty() || wanted_.count(absl::AsciiStrToLower(id)) > 0;
  }
  Organisation* Add(const std::string& id, const YamlNode& node,
                    PeribolosFile* file);
  // Returns whether one was added.
  bool ReadOrgs(PeribolosFile* file);
  absl::Status ReadTeamFiles(const fs::path& folder, Organisation* into);
  absl::Status WarnBelow(const fs::path& folder);

  std::map<std::string, std::string> wanted_;  // in lower case → as spelt
  // By lower-case name, since GitHub compares names without case.
  std::map<std::string, Organisation> organisations_;
  std::set<std::string> read_;     // files
  std::set<std::string> folders_;  // of organisations that were added
  PeribolosFindings findings_;
};

// Returns null if the name is already taken, which is a fault.
Organisation* Import::Add(const std::string& id, const YamlNode& node,
                          PeribolosFile* file) {
  const auto [at, is_new] = organisations_.emplace(
      absl::AsciiStrToLower(id), Organisation(id, file->Place(node)));
  if (is_new) return &at->second;
  file->Fault(node,
              absl::StrCat("organisation ", Quoted(id),
                           " is a duplicate, first at ", at->second.place()));
  return nullptr;
}

bool Import::ReadOrgs(PeribolosFile* file) {
  const size_t before = organisations_.size();
  for (const PeribolosFile::Entry& entry :
       file->Map(file->root(), "the document", KeyKind::kField)) {
    if (entry.key != "orgs") {
      file->Warn(entry.key_node,
                 absl::StrCat("key ", Quoted(entry.key),
                              " is passed over: it stands beside `orgs`, not "
                              "in an organisation"));
      continue;
    }
    const std::vector<PeribolosFile::Entry> orgs =
        file->Map(entry.value, "`orgs`", KeyKind::kName);
    if (orgs.empty()) file->Fault(entry.key_node, "`orgs` has no organisation");
    for (const PeribolosFile::Entry& org : orgs) {
      if (!Wants(org.key)) continue;
      Organisation* added = Add(org.key, org.key_node, file);
      if (added != nullptr) added->ReadOrg(file, org.key_node, org.value);
    }
  }
  return organisations_.size() > before;
}

// Every `teams.yaml` below an organisation's folder, in bytewise order.
absl::Status Import::ReadTeamFiles(const fs::path& folder, Organisation* into) {
  std::set<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    if (at->path().filename() == "teams.yaml") {
      files.insert(at->path().string());
    }
  }
  if (error) return FolderFault(folder, error.message());
  for (const std::string& path : files) {
    PeribolosFile file(path, &findings_);
    if (absl::Status s = file.Load(); !s.ok()) return s;
    into->ReadTeamsFile(&file);
    read_.insert(path);
  }
  return absl::OkStatus();
}

absl::Status Import::Read(const Source& source) {
  PeribolosFile file(source.file.string(), &findings_);
  if (absl::Status s = file.Load(); !s.ok()) return s;
  read_.insert(source.file.string());
  if (file.HasKey("orgs")) {
    if (ReadOrgs(&file) && !source.folder.empty()) {
      folders_.insert(source.folder.string());
    }
    return absl::OkStatus();
  }
  if (source.id.empty()) {
    file.Fault(file.root(),
               "has no `orgs`; name the folder of an organisation instead, "
               "whose name is that of the organisation");
    return absl::OkStatus();
  }
  if (!Wants(source.id)) return absl::OkStatus();
  Organisation* added = Add(source.id, file.root(), &file);
  if (added == nullptr) return absl::OkStatus();
  folders_.insert(source.folder.string());
  added->ReadOrg(&file, file.root(), file.root());
  return ReadTeamFiles(source.folder, added);
}

absl::Status Import::WarnBelow(const fs::path& folder) {
  std::set<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end;
       !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (at->is_directory()) {
      // For example `.github`, which has other YAML files.
      if (path.filename().string()[0] == '.') at.disable_recursion_pending();
      if (at->is_symlink() && !IsOrganisation(path)) {
        files.insert(path.string());
      }
    } else if (path.extension() == ".yaml" || path.extension() == ".yml") {
      files.insert(path.string());
    }
  }
  if (error) return FolderFault(folder, error.message());
  for (const std::string& file : files) {
    if (read_.count(file) > 0) continue;
    findings_.warnings.push_back(
        absl::StrCat(Printable(file),
                     ": is not read: an organisation is a folder with an "
                     "`org.yaml`, and a `teams.yaml` in any folder below it"));
  }
  return absl::OkStatus();
}

absl::Status Import::WarnOfOthers(const fs::path& root) {
  if (wanted_.empty()) return root.empty() ? absl::OkStatus() : WarnBelow(root);
  for (const std::string& folder : folders_) {
    if (absl::Status s = WarnBelow(folder); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<PeribolosImport> Import::Finish() {
  if (!findings_.faults.empty()) {
    return Refuse(v1::FILE_MALFORMED, absl::StrJoin(findings_.faults, "\n"));
  }
  PeribolosImport import;
  import.warnings = std::move(findings_.warnings);
  for (const auto& [name, organisation] : organisations_) {
    *import.world.add_workspaces() = organisation.ToWorld();
  }
  return import;
}

}  // namespace

absl::StatusOr<PeribolosImport> ImportPeribolos(
    const std::string& path, const std::vector<std::string>& orgs) {
  const absl::StatusOr<Sources> sources = FindSources(path);
  if (!sources.ok()) return sources.status();
  Import import(orgs);
  for (const Source& source : sources->list) {
    if (absl::Status s = import.Read(source); !s.ok()) return s;
  }
  const std::vector<std::string> missing = import.Missing();
  if (!missing.empty()) {
    return FolderFault(
        path, absl::StrCat("has no organisation ", Quoted(missing[0])));
  }
  if (absl::Status s = import.WarnOfOthers(sources->root); !s.ok()) return s;
  return import.Finish();
}

}  // namespace acl
