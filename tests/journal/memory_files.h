// A file system in memory on which every call can fail and the power can go at
// every call; and all that the disk may hold afterwards.
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
    kCreate,  // Open() of a new file, or of a lock's
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
  uint64_t offset = 0;           // of a write; of a truncation, the size
  absl::string_view bytes = {};  // of a write
  size_t node = 0;               // MemoryFiles' own: which file
  uint64_t number = 0;           // of the step, from 1
};

// What becomes of a step.
struct StepOutcome {
  // The machine ends here: in the midst of a write, before any other call. All
  // later calls are refused, and change nothing.
  bool crash = false;
  int error = 0;  // the call fails with this errno
  // Of a write: how many of its bytes it writes. If not set, all, or none where
  // it fails.
  std::optional<size_t> written;
};
using Schedule = std::function<StepOutcome(const FileStep& step)>;

Schedule CrashAt(uint64_t step);
// A write writes `written` bytes before it fails.
Schedule FailAt(uint64_t step, int error, size_t written = 0);
// No write writes more than this.
Schedule ShortWrites(size_t bytes);

struct ImageOptions {
  // All images are visited if they are no more than `exact_limit`, and else
  // `samples` of them, drawn by chance. The torn writes in flight come on top,
  // with the same limits.
  uint64_t exact_limit = 4096;
  uint64_t samples = 256;
  uint64_t seed = 1;
  // Of what happened to names since the folder was synced, anything may be
  // missing; else only what came last.
  bool any_names = true;
  // Sizes are cut at every byte; else, unless drawn by chance, where a sector
  // ends and where a call left them.
  bool every_size = false;
  // A write in flight is cut at every byte, however long it is.
  bool every_cut = false;
};

struct ImageCount {
  uint64_t visited = 0;
  bool exact = false;  // all there are
};

// Folders, and files in them, from the root on; relative paths begin there,
// too.
//
// On the disk is what was synced: contents with File::Sync(), names with
// SyncFolder(), neither with the other. A sync that fails leaves what was
// written readable, but no later sync puts it on the disk: it has to be written
// again (Linux does so).
//
// Not there: links, renaming and removing folders, renaming into another.
// Thread-safe. Outlives its files and locks.
class MemoryFiles : public FileSystem {
 public:
  static constexpr size_t kSectorBytes = 512;

  // The root alone.
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

  // Asked before every step, from the thread that makes it; it may call
  // everything here. REQUIRES: no call is under way.
  void SetSchedule(Schedule schedule);
  // How many steps were made.
  uint64_t steps() const;
  bool crashed() const;

  // The next three give what has no schedule, no open files and no locks, and
  // counts steps from 1. REQUIRES: no call is under way, but for a schedule's.

  // As it would be had the machine ended at the step that the schedule is asked
  // about: one run shows every crash.
  MemoryFiles CrashedAt(const FileStep& step) const;
  // What the next process finds when this one is killed: all that was written,
  // and the first bytes of a write in flight. What was not synced still isn't.
  // REQUIRES: in_flight <= in_flight_bytes().
  MemoryFiles AfterKill(size_t in_flight = 0) const;
  // Visits what the disk may hold after the power was cut; false ends it.
  // Contents: any of the sectors written since the last sync, each as any write
  // left it, the others as they were (zeros where there was nothing); cut
  // anywhere between the smallest and the largest size since. Or all of it, and
  // a write in flight cut at a byte. Names: see ImageOptions.
  ImageCount ForEachImage(
      const ImageOptions& options,
      absl::FunctionRef<bool(MemoryFiles* image)> visit) const;

  // Of the write in the midst of which the machine ended; 0 if there is none.
  size_t in_flight_bytes() const;

  // A file's contents, to damage them; null if there is none. Valid until the
  // next call. What is damaged counts as durable, unless it was not before.
  std::string* MutableBytes(const std::string& path);
  // For messages: every path with its size, and what of it is not durable.
  std::string DebugString() const;

 private:
  friend class MemoryFile;
  friend class MemoryLock;
  friend class PowerCut;

  // A sector that was written since the last sync.
  struct Sector {
    // As it was, then as each write left it. They may be short.
    std::vector<std::string> versions;
    bool given_up = false;  // by a sync that failed
  };
  using Names = std::map<std::string, size_t, std::less<>>;
  // A name ends, another begins, or both at once.
  struct NameChange {
    std::string ended;
    std::string begun;
    size_t node = 0;
  };
  struct Node {
    uint64_t owner = 0;  // which MemoryFiles may change it; others copy it
    bool folder = false;
    // Of a file.
    std::string bytes;
    std::map<uint64_t, Sector> unsynced;  // by their numbers
    std::vector<uint64_t> sizes;  // the durable one, then each since; or empty
    bool size_given_up = false;
    // Of a folder.
    Names names;
    Names durable_names;
    std::vector<NameChange> changes;  // from durable_names to names
  };
  using Nodes = std::vector<std::shared_ptr<Node>>;  // 0: the root
  struct WriteInFlight {
    size_t node = 0;
    uint64_t offset = 0;
    std::string bytes;
  };
  // Where a path leads.
  struct Found {
    int error = 0;      // there is no folder for it
    size_t folder = 0;  // where `name` is, or would be
    absl::string_view name;
    std::optional<size_t> node;
  };

  MemoryFiles(Nodes nodes, bool crashed,
              std::optional<WriteInFlight> in_flight);

  static uint64_t NextOwner();

  // In the words of SystemFiles().
  static absl::Status SystemFault(absl::string_view path,
                                  absl::string_view doing, int error);
  static absl::Status SyncFault(absl::string_view path, int error);

  static void Apply(const NameChange& change, Names* names);
  static void WriteTo(uint64_t offset, absl::string_view bytes, Node* node);
  static void TruncateTo(uint64_t size, Node* node);
  static void NoteBefore(uint64_t first, uint64_t last, Node* node);
  static void NoteAfter(uint64_t first, uint64_t last, Node* node);
  static void Resize(uint64_t size, Node* node);
  // Writes the first `bytes` bytes of it.
  static void WriteInto(const WriteInFlight& write, size_t bytes, Nodes* nodes);
  static void SyncNode(Node* node);
  static void GiveUp(Node* node);

  // Asks the schedule; without the lock.
  absl::StatusOr<StepOutcome> Decide(FileStep step);
  // The same for calls that fail as a whole.
  absl::Status Begin(FileStep step, absl::string_view doing);

  // With the lock.
  absl::Status Alive(const std::string& path) const;
  Found Find(absl::string_view path) const;
  // Errors, too, for what is not there or not of the kind.
  Found FindFile(absl::string_view path) const;
  Found FindFolder(absl::string_view path) const;
  Node* Own(size_t node);
  size_t AddNode(bool folder, const Found& place);
  void Change(size_t folder, NameChange change);
  void Describe(size_t folder, const std::string& path,
                std::string* text) const;

  // Makes what is here shared: from now on it is copied when it is changed.
  Nodes Share() const;

  // Open files, and their calls.
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
