// A file system in which any call can fail, including those that only read.
#ifndef TESTS_JOURNAL_FAILING_FILES_H_
#define TESTS_JOURNAL_FAILING_FILES_H_

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

// Calls `fails` before each call. If it returns true, the call is refused with
// FILE_ACCESS and changes nothing. As thread-safe as `fails` and the underlying
// files.
class FailingFiles : public FileSystem {
 public:
  static constexpr char kMessage[] = "the disk refuses the call";

  FailingFiles(FileSystem* files, std::function<bool()> fails)
      : files_(*files), fails_(std::move(fails)) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override {
    if (fails_()) return Refusal();
    absl::StatusOr<std::unique_ptr<File>> file = files_.Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<FailingFile>(*std::move(file), fails_);
  }
  absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) override {
    if (fails_()) return Refusal();
    return files_.List(folder);
  }
  absl::Status MakeFolder(const std::string& path) override {
    return fails_() ? Refusal() : files_.MakeFolder(path);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return fails_() ? Refusal() : files_.Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override {
    return fails_() ? Refusal() : files_.Remove(path);
  }
  absl::Status SyncFolder(const std::string& folder) override {
    return fails_() ? Refusal() : files_.SyncFolder(folder);
  }
  absl::StatusOr<std::unique_ptr<Lock>> TakeLock(
      const std::string& path) override {
    if (fails_()) return Refusal();
    return files_.TakeLock(path);
  }

 private:
  class FailingFile : public File {
   public:
    FailingFile(std::unique_ptr<File> file, std::function<bool()> fails)
        : file_(std::move(file)), fails_(std::move(fails)) {}
    absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                                size_t bytes) override {
      if (fails_()) return Refusal();
      return file_->Read(offset, to, bytes);
    }
    absl::StatusOr<size_t> Write(uint64_t offset,
                                 absl::string_view bytes) override {
      if (fails_()) return Refusal();
      return file_->Write(offset, bytes);
    }
    absl::Status Sync() override {
      return fails_() ? Refusal() : file_->Sync();
    }
    absl::Status Truncate(uint64_t size) override {
      return fails_() ? Refusal() : file_->Truncate(size);
    }
    absl::StatusOr<uint64_t> Size() override {
      if (fails_()) return Refusal();
      return file_->Size();
    }

   private:
    const std::unique_ptr<File> file_;
    const std::function<bool()> fails_;
  };

  static absl::Status Refusal() { return Refuse(v1::FILE_ACCESS, kMessage); }

  FileSystem& files_;
  const std::function<bool()> fails_;
};

}  // namespace acl

#endif  // TESTS_JOURNAL_FAILING_FILES_H_
