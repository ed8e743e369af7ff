// An in-memory file system in which every call can fail and the power can be
// cut at every call, with all states that the disk may then have.
#ifndef TESTS_JOURNAL_MEMORY_FILES_H_
#define TESTS_JOURNAL_MEMORY_FILES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/journal/file_system.h"

namespace acl {

// A call that changes something, or makes it durable.
struct FileStep {
  enum class Call {
    kCreate,  // Open() of a new file or a lock file
    kWrite,
    kSync,
    kTruncate,
    kRename,
    kRemove,
    kSyncFolder,
    kMakeFolder
  };
  Call call;
  std::string path;
  uint64_t offset = 0;           // of a write; for a truncation, the new size
  absl::string_view bytes = {};  // of a write
  size_t node = 0;               // the file, for internal use
  uint64_t number = 0;           // of the step; the first is 1
};

// The outcome of a step.
struct StepOutcome {
  // The machine crashes here: in the middle of a write, or before any other
  // call. All later calls are refused and change nothing.
  bool crash = false;
  int error = 0;  // if not 0, the call fails with this errno
  // For a write: how many bytes it writes. By default all of them, or none if
  // it fails.
  std::optional<size_t> written;
};
using Schedule = std::function<StepOutcome(const FileStep& step)>;

Schedule CrashAt(uint64_t step);
// If the step is a write, it writes `written` bytes before it fails.
Schedule FailAt(uint64_t step, int error, size_t written = 0);
// No write writes more than `bytes` bytes at once.
Schedule ShortWrites(size_t bytes);

struct ImageOptions {
  // If there are at most `exact_limit` images, all are visited; otherwise
  // `samples` random ones. Images with a torn write in flight are visited in
  // addition, with the same limits.
  uint64_t exact_limit = 4096;
  uint64_t samples = 256;
  uint64_t seed = 1;
  // Any subset of the name changes since the folder was last synced may be
  // lost; otherwise, only the latest ones.
  bool any_names = true;
  // A file may end at every byte of its range of sizes; otherwise, except in
  // random images, only where a sector ends or where a call left the size.
  bool every_size = false;
  // A write in flight may be cut at every byte, however long it is.
  bool every_cut = false;
};

struct ImageCount {
  uint64_t visited = 0;
  bool exact = false;  // all images were visited
};

// Folders, and files in them, starting from the root. Relative paths start
// there as well.
//
// The disk contains what was synced: File::Sync() syncs contents and
// SyncFolder() syncs names, each without the other. After a failed sync, what
// was written can still be read, but no later sync puts it on the disk; it must
// be written again (as on Linux).
//
// Does not support links, renaming or removing folders, or renaming into
// another folder. Thread-safe. Must outlive its files and locks.
class MemoryFiles : public FileSystem {
 public:
  static constexpr size_t kSectorBytes = 512;

  // Contains only the root.
  MemoryFiles();

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override;
  absl::Status MakeFolder(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status SyncFolder(const std::string& folder) override;
  absl::StatusOr<std::unique_ptr<Lock>> TakeLock(
      const std::string& path) override;

  // The schedule is called before every step, on the thread that makes it, and
  // may call any function here. REQUIRES: no call is in progress.
  void SetSchedule(Schedule schedule);
  // How many steps have been made.
  uint64_t steps() const;
  bool crashed() const;

  // The next three functions produce files without a schedule, open files or
  // locks, whose steps are counted from 1. REQUIRES: no call is in progress,
  // except when a schedule makes the call.

  // The files as if the machine had crashed at the step that the schedule was
  // called for. So one run can test every crash.
  MemoryFiles CrashedAt(const FileStep& step) const;
  // What the next process finds if this one is killed: everything that was
  // written, plus the first `in_flight` bytes of a write in flight. What was
  // not synced stays that way. REQUIRES: in_flight <= in_flight_bytes().
  MemoryFiles AfterKill(size_t in_flight = 0) const;
  // Visits the states that the disk may have after a power cut, until `visit`
  // returns false. Contents: of the sectors written since the last sync, each
  // may be as before (zeros if it is new) or as any of the writes left it, and
  // the file may end anywhere between its smallest and its largest size since.
  // Or everything was written, and a write in flight is cut at some byte.
  // Names: see ImageOptions.
  ImageCount ForEachImage(
      const ImageOptions& options,
      absl::FunctionRef<bool(MemoryFiles* image)> visit) const;

  // The length of the write during which the machine crashed; 0 if there was
  // none.
  size_t in_flight_bytes() const;

  // A file's contents, for tests to damage; null if there is no such file.
  // Valid until the next call. Damaged bytes count as durable, unless they had
  // not been durable before.
  std::string* MutableBytes(const std::string& path);
  // For messages: every path with its size, and what is not durable of it.
  std::string DebugString() const;

 private:
  friend class MemoryFile;
  friend class MemoryLock;
  friend class PowerCut;

  // A sector that was written since the last sync.
  struct Sector {
    // The original contents, then the contents after each write. They may be
    // shorter than a sector.
    std::vector<std::string> versions;
    bool given_up = false;  // because a sync failed
  };
  using Names = std::map<std::string, size_t, std::less<>>;
  // Removes a name, adds a name, or does both at once.
  struct NameChange {
    std::string ended;
    std::string begun;
    size_t node = 0;
  };
  struct Node {
    uint64_t owner = 0;  // the MemoryFiles that may change it; others copy it
    bool folder = false;
    // For a file.
    std::string bytes;
    std::map<uint64_t, Sector> unsynced;  // keyed by sector number
    std::vector<uint64_t> sizes;  // the durable one, then each since; or empty
    bool size_given_up = false;
    // For a folder.
    Names names;
    Names durable_names;
    std::vector<NameChange> changes;  // leading from durable_names to names
  };
  using Nodes = std::vector<std::shared_ptr<Node>>;  // 0: the root
  struct WriteInFlight {
    size_t node = 0;
    uint64_t offset = 0;
    std::string bytes;
  };
  // The result of looking up a path.
  struct Found {
    int error = 0;      // if the parent folder does not exist
    size_t folder = 0;  // the folder that has `name`, or would have it
    absl::string_view name;
    std::optional<size_t> node;
  };

  MemoryFiles(Nodes nodes, bool crashed,
              std::optional<WriteInFlight> in_flight);

  static uint64_t NextOwner();

  // Uses the same words as SystemFiles().
  static absl::Status SystemFault(absl::string_view path,
                                  absl::string_view doing, int error);
  static absl::Status SyncFault(absl::string_view path, int error);

  static void Apply(const NameChange& change, Names* names);
  static void WriteTo(uint64_t offset, absl::string_view bytes, Node* node);
  static void TruncateTo(uint64_t size, Node* node);
  static void NoteBefore(uint64_t first, uint64_t last, Node* node);
  static void NoteAfter(uint64_t first, uint64_t last, Node* node);
  static void Resize(uint64_t size, Node* node);
  // Applies the first `bytes` bytes of the write.
  static void WriteInto(const WriteInFlight& write, size_t bytes, Nodes* nodes);
  static void SyncNode(Node* node);
  static void GiveUp(Node* node);

  // Asks the schedule. REQUIRES: the lock is not held.
  absl::StatusOr<StepOutcome> Decide(FileStep step);
  // The same for calls that cannot succeed partly.
  absl::Status Begin(FileStep step, absl::string_view doing);

  // REQUIRES: the lock is held.
  absl::Status Alive(const std::string& path) const;
  Found Find(absl::string_view path) const;
  // Also return an error if the path does not exist or is of the other kind.
  Found FindFile(absl::string_view path) const;
  Found FindFolder(absl::string_view path) const;
  Node* Own(size_t node);
  size_t AddNode(bool folder, const Found& place);
  void Change(size_t folder, NameChange change);
  void Describe(size_t folder, const std::string& path,
                std::string* text) const;

  // Shares the nodes: from now on, they are copied before they are changed.
  Nodes Share() const;

  // Open files, and what they call.
  std::unique_ptr<File> OpenNode(const std::string& path, size_t node,
                                 bool writable);
  absl::StatusOr<size_t> Read(const std::string& path, size_t node,
                              uint64_t offset, char* to, size_t bytes) const;
  absl::StatusOr<size_t> Write(const std::string& path, size_t node,
                               uint64_t offset, absl::string_view bytes);
  absl::Status Sync(const std::string& path, size_t node);
  absl::Status Truncate(const std::string& path, size_t node, uint64_t size);
  absl::StatusOr<uint64_t> Size(const std::string& path, size_t node) const;
  void Unlock(size_t node);

  Schedule schedule_;

  mutable std::mutex mutex_;
  mutable uint64_t owner_;
  Nodes nodes_;
  std::set<size_t> locked_;
  uint64_t steps_ = 0;
  bool crashed_ = false;
  std::optional<WriteInFlight> in_flight_;
};

}  // namespace acl

#endif  // TESTS_JOURNAL_MEMORY_FILES_H_
