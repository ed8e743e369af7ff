#include "tests/journal/memory_files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"

namespace acl {
namespace {

using Call = FileStep::Call;

}  // namespace

Schedule CrashAt(uint64_t step) {
  return [step](const FileStep& now) {
    StepOutcome outcome;
    outcome.crash = now.number == step;
    return outcome;
  };
}

Schedule FailAt(uint64_t step, int error, size_t written) {
  return [=](const FileStep& now) {
    StepOutcome outcome;
    if (now.number != step) return outcome;
    outcome.error = error;
    outcome.written = written;
    return outcome;
  };
}

Schedule ShortWrites(size_t bytes) {
  return [bytes](const FileStep&) {
    StepOutcome outcome;
    outcome.written = bytes;
    return outcome;
  };
}

class MemoryLock : public FileSystem::Lock {
 public:
  MemoryLock(MemoryFiles* files, size_t node) : files_(files), node_(node) {}
  ~MemoryLock() override { files_->Unlock(node_); }

 private:
  MemoryFiles* const files_;
  const size_t node_;
};

uint64_t MemoryFiles::NextOwner() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

MemoryFiles::MemoryFiles() : owner_(NextOwner()) {
  nodes_.push_back(std::make_shared<Node>());
  nodes_[0]->owner = owner_;
  nodes_[0]->folder = true;
}

MemoryFiles::MemoryFiles(Nodes nodes, bool crashed,
                         std::optional<WriteInFlight> in_flight)
    : owner_(NextOwner()),
      nodes_(std::move(nodes)),
      crashed_(crashed),
      in_flight_(std::move(in_flight)) {}

// Names.

// A file has only one name, so its previous name is removed.
void MemoryFiles::Apply(const NameChange& change, Names* names) {
  if (!change.ended.empty()) names->erase(change.ended);
  if (change.begun.empty()) return;
  for (auto it = names->begin(); it != names->end();) {
    it = it->second == change.node ? names->erase(it) : std::next(it);
  }
  (*names)[change.begun] = change.node;
}

MemoryFiles::Found MemoryFiles::Find(absl::string_view path) const {
  Found found;
  found.node = 0;
  for (absl::string_view rest = path; !rest.empty();) {
    const size_t slash = rest.find('/');
    const absl::string_view part = rest.substr(0, slash);
    rest = slash == absl::string_view::npos ? "" : rest.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (!found.node.has_value()) {
      found.error = ENOENT;
      return found;
    }
    const Node& folder = *nodes_[*found.node];
    if (!folder.folder) {
      found.error = ENOTDIR;
      found.node = std::nullopt;
      return found;
    }
    found.folder = *found.node;
    found.name = part;
    const auto it = folder.names.find(part);
    found.node = it == folder.names.end() ? std::nullopt
                                          : std::optional<size_t>(it->second);
  }
  return found;
}

MemoryFiles::Found MemoryFiles::FindFile(absl::string_view path) const {
  Found found = Find(path);
  if (found.error != 0) return found;
  if (!found.node.has_value()) found.error = ENOENT;
  if (found.node.has_value() && nodes_[*found.node]->folder) {
    found.error = EISDIR;
  }
  return found;
}

MemoryFiles::Found MemoryFiles::FindFolder(absl::string_view path) const {
  Found found = Find(path);
  if (found.error != 0) return found;
  if (!found.node.has_value()) found.error = ENOENT;
  if (found.node.has_value() && !nodes_[*found.node]->folder) {
    found.error = ENOTDIR;
  }
  return found;
}

MemoryFiles::Node* MemoryFiles::Own(size_t node) {
  std::shared_ptr<Node>& own = nodes_[node];
  if (own->owner != owner_) {
    own = std::make_shared<Node>(*own);
    own->owner = owner_;
  }
  return own.get();
}

size_t MemoryFiles::AddNode(bool folder, const Found& place) {
  const size_t node = nodes_.size();
  nodes_.push_back(std::make_shared<Node>());
  nodes_.back()->owner = owner_;
  nodes_.back()->folder = folder;
  Change(place.folder, {"", std::string(place.name), node});
  return node;
}

void MemoryFiles::Change(size_t folder, NameChange change) {
  Node* const node = Own(folder);
  Apply(change, &node->names);
  node->changes.push_back(std::move(change));
}

// Steps.

absl::Status MemoryFiles::SystemFault(absl::string_view path,
                                      absl::string_view doing, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return Refuse(full ? v1::DISK_FULL : v1::FILE_ACCESS,
                absl::StrCat(path, ": ", doing, ": ", strerror(error),
                             full ? "; make room and try again" : ""));
}

absl::Status MemoryFiles::SyncFault(absl::string_view path, int error) {
  return Refuse(v1::FILE_ACCESS,
                absl::StrCat(path, ": can't sync: ", strerror(error)));
}

void MemoryFiles::SetSchedule(Schedule schedule) {
  schedule_ = std::move(schedule);
}

uint64_t MemoryFiles::steps() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return steps_;
}

bool MemoryFiles::crashed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return crashed_;
}

size_t MemoryFiles::in_flight_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return in_flight_.has_value() ? in_flight_->bytes.size() : 0;
}

absl::Status MemoryFiles::Alive(const std::string& path) const {
  if (!crashed_) return absl::OkStatus();
  return Refuse(v1::FILE_ACCESS, absl::StrCat(path, ": the machine is gone"));
}

absl::StatusOr<StepOutcome> MemoryFiles::Decide(FileStep step) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (absl::Status s = Alive(step.path); !s.ok()) return s;
    step.number = ++steps_;
  }
  const StepOutcome outcome = schedule_ ? schedule_(step) : StepOutcome();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (outcome.crash && !crashed_) {
    crashed_ = true;
    if (step.call == Call::kWrite) {
      in_flight_ = {step.node, step.offset, std::string(step.bytes)};
    }
  }
  if (absl::Status s = Alive(step.path); !s.ok()) return s;
  return outcome;
}

absl::Status MemoryFiles::Begin(FileStep step, absl::string_view doing) {
  const std::string path = step.path;
  const absl::StatusOr<StepOutcome> outcome = Decide(std::move(step));
  if (!outcome.ok()) return outcome.status();
  if (outcome->error == 0) return absl::OkStatus();
  return SystemFault(path, doing, outcome->error);
}

// Calls of the file system.

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::Open(const std::string& path,
                                                        Mode mode) {
  const bool creates = mode == Mode::kCreate;
  const absl::string_view doing = creates ? "can't create" : "can't open";
  if (creates) {
    if (absl::Status s = Begin({Call::kCreate, path}, doing); !s.ok()) return s;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  Found found = creates ? Find(path) : FindFile(path);
  if (creates && found.node.has_value()) found.error = EEXIST;
  if (found.error != 0) return SystemFault(path, doing, found.error);
  const size_t node = creates ? AddNode(false, found) : *found.node;
  return OpenNode(path, node, mode != Mode::kRead);
}

absl::Status MemoryFiles::MakeFolder(const std::string& path) {
  constexpr absl::string_view kDoing = "can't make the folder";
  if (absl::Status s = Begin({Call::kMakeFolder, path}, kDoing); !s.ok()) {
    return s;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  const Found found = Find(path);
  if (found.error != 0) return SystemFault(path, kDoing, found.error);
  if (!found.node.has_value()) {
    AddNode(true, found);
  } else if (!nodes_[*found.node]->folder) {
    return SystemFault(path, kDoing, EEXIST);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> MemoryFiles::List(
    const std::string& folder) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(folder); !s.ok()) return s;
  const Found found = FindFolder(folder);
  if (found.error != 0) return SystemFault(folder, "can't list", found.error);
  std::vector<std::string> names;
  for (const auto& name : nodes_[*found.node]->names) {
    names.push_back(name.first);
  }
  return names;
}

absl::Status MemoryFiles::Rename(const std::string& from,
                                 const std::string& to) {
  constexpr absl::string_view kDoing = "can't rename";
  if (absl::Status s = Begin({Call::kRename, from}, kDoing); !s.ok()) return s;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(from); !s.ok()) return s;
  const Found old = FindFile(from);
  if (old.error != 0) return SystemFault(from, kDoing, old.error);
  const Found place = Find(to);
  int error = place.error;
  if (error == 0 && old.folder != place.folder) error = EXDEV;
  if (error == 0 && place.node.has_value()) {
    if (*place.node == *old.node) return absl::OkStatus();
    if (nodes_[*place.node]->folder) error = EISDIR;
  }
  if (error != 0) return SystemFault(from, kDoing, error);
  Change(old.folder,
         {std::string(old.name), std::string(place.name), *old.node});
  return absl::OkStatus();
}

absl::Status MemoryFiles::Remove(const std::string& path) {
  constexpr absl::string_view kDoing = "can't remove";
  if (absl::Status s = Begin({Call::kRemove, path}, kDoing); !s.ok()) return s;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  const Found found = FindFile(path);
  if (found.error != 0) return SystemFault(path, kDoing, found.error);
  Change(found.folder, {std::string(found.name), "", *found.node});
  return absl::OkStatus();
}

absl::Status MemoryFiles::SyncFolder(const std::string& folder) {
  const absl::StatusOr<StepOutcome> outcome =
      Decide({Call::kSyncFolder, folder});
  if (!outcome.ok()) return outcome.status();
  if (outcome->error != 0) return SyncFault(folder, outcome->error);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(folder); !s.ok()) return s;
  const Found found = FindFolder(folder);
  if (found.error != 0) return SystemFault(folder, "can't open", found.error);
  Node* const node = Own(*found.node);
  node->durable_names = node->names;
  node->changes.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileSystem::Lock>> MemoryFiles::TakeLock(
    const std::string& path) {
  bool missing;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Found found = Find(path);
    missing = found.error == 0 && !found.node.has_value();
  }
  if (missing) {
    if (absl::Status s = Begin({Call::kCreate, path}, "can't open"); !s.ok()) {
      return s;
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  const Found found = missing ? Find(path) : FindFile(path);
  if (found.error != 0) return SystemFault(path, "can't open", found.error);
  const size_t node =
      found.node.has_value() ? *found.node : AddNode(false, found);
  if (!locked_.insert(node).second) return std::unique_ptr<Lock>();
  return std::make_unique<MemoryLock>(this, node);
}

void MemoryFiles::Unlock(size_t node) {
  const std::lock_guard<std::mutex> lock(mutex_);
  locked_.erase(node);
}

// Looks from outside.

std::string* MemoryFiles::MutableBytes(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Found found = FindFile(path);
  return found.error == 0 ? &Own(*found.node)->bytes : nullptr;
}

std::string MemoryFiles::DebugString() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string text;
  Describe(0, "", &text);
  if (in_flight_.has_value()) {
    absl::StrAppend(&text, "in flight: ", in_flight_->bytes.size(), " at ",
                    in_flight_->offset, "\n");
  }
  return text;
}

void MemoryFiles::Describe(size_t folder, const std::string& path,
                           std::string* text) const {
  for (const auto& [name, id] : nodes_[folder]->names) {
    const std::string here = absl::StrCat(path, "/", name);
    const Node& node = *nodes_[id];
    const auto durable = nodes_[folder]->durable_names.find(name);
    absl::StrAppend(text, here);
    if (!node.folder) absl::StrAppend(text, ": ", node.bytes.size(), " bytes");
    if (!node.unsynced.empty()) {
      absl::StrAppend(text, ", ", node.unsynced.size(), " sectors unsynced");
    }
    if (!node.sizes.empty()) {
      absl::StrAppend(text, ", synced size ", node.sizes[0]);
    }
    if (durable == nodes_[folder]->durable_names.end() ||
        durable->second != id) {
      absl::StrAppend(text, ", name unsynced");
    }
    absl::StrAppend(text, "\n");
    if (node.folder) Describe(id, here, text);
  }
}

}  // namespace acl
