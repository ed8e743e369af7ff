// A file system whose reading calls can fail, for code that only reads.
#ifndef TESTS_JOURNAL_UNREADABLE_FILES_H_
#define TESTS_JOURNAL_UNREADABLE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/base/fault.h"
#include "acl/journal/file_system.h"

namespace acl {

// Calls `fails` before each call that reads. If it returns true, the call is
// refused with FILE_ACCESS. Calls that write are always refused. As thread-safe
// as `fails` and the underlying files.
class UnreadableFiles : public FileSystem {
 public:
  UnreadableFiles(FileSystem* files, std::function<bool()> fails)
      : files_(*files), fails_(std::move(fails)) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override {
    if (mode != Mode::kRead || fails_()) return Refusal();
    absl::StatusOr<std::unique_ptr<File>> file = files_.Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<UnreadableFile>(*std::move(file), fails_);
  }
  absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) override {
    if (fails_()) return Refusal();
    return files_.List(folder);
  }
  absl::Status MakeFolder(const std::string&) override { return Refusal(); }
  absl::Status Rename(const std::string&, const std::string&) override {
    return Refusal();
  }
  absl::Status Remove(const std::string&) override { return Refusal(); }
  absl::Status SyncFolder(const std::string&) override { return Refusal(); }
  absl::StatusOr<std::unique_ptr<Lock>> TakeLock(const std::string&) override {
    return Refusal();
  }

 private:
  class UnreadableFile : public File {
   public:
    UnreadableFile(std::unique_ptr<File> file, std::function<bool()> fails)
        : file_(std::move(file)), fails_(std::move(fails)) {}
    absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                                size_t bytes) override {
      if (fails_()) return Refusal();
      return file_->Read(offset, to, bytes);
    }
    absl::StatusOr<uint64_t> Size() override {
      if (fails_()) return Refusal();
      return file_->Size();
    }
    absl::StatusOr<size_t> Write(uint64_t, absl::string_view) override {
      return Refusal();
    }
    absl::Status Truncate(uint64_t) override { return Refusal(); }
    absl::Status Sync() override { return file_->Sync(); }

   private:
    const std::unique_ptr<File> file_;
    const std::function<bool()> fails_;
  };

  static absl::Status Refusal() {
    return Refuse(v1::FILE_ACCESS, "the file can't be read now");
  }

  FileSystem& files_;
  const std::function<bool()> fails_;
};

}  // namespace acl

#endif  // TESTS_JOURNAL_UNREADABLE_FILES_H_
