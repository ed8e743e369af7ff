// The system's files, with the duration of syncs measured. Internal.
#ifndef ACL_JOURNAL_OBSERVED_FILES_H_
#define ACL_JOURNAL_OBSERVED_FILES_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "acl/journal/file_system.h"

namespace acl {

// Thread-safe if the callback is.
class ObservedFiles : public FileSystem {
 public:
  // `on_sync` is called with the duration of each File::Sync(), on the calling
  // thread. It must outlive the files.
  explicit ObservedFiles(std::function<void(absl::Duration took)> on_sync)
      : on_sync_(std::move(on_sync)) {}

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override {
    absl::StatusOr<std::unique_ptr<File>> file = files_.Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<Observed>(*std::move(file), this);
  }
  absl::Status MakeFolder(const std::string& path) override {
    return files_.MakeFolder(path);
  }
  absl::StatusOr<std::vector<std::string>> List(
      const std::string& folder) override {
    return files_.List(folder);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return files_.Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override {
    return files_.Remove(path);
  }
  absl::Status SyncFolder(const std::string& folder) override {
    return files_.SyncFolder(folder);
  }
  absl::StatusOr<std::unique_ptr<Lock>> TakeLock(
      const std::string& path) override {
    return files_.TakeLock(path);
  }

 private:
  class Observed : public File {
   public:
    Observed(std::unique_ptr<File> file, ObservedFiles* files)
        : file_(std::move(file)), observed_(*files) {}
    absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                                size_t bytes) override {
      return file_->Read(offset, to, bytes);
    }
    absl::StatusOr<size_t> Write(uint64_t offset,
                                 absl::string_view bytes) override {
      return file_->Write(offset, bytes);
    }
    absl::Status Sync() override {
      const absl::Time begin = absl::Now();
      absl::Status status = file_->Sync();
      observed_.on_sync_(absl::Now() - begin);
      return status;
    }
    absl::Status Truncate(uint64_t size) override {
      return file_->Truncate(size);
    }
    absl::StatusOr<uint64_t> Size() override { return file_->Size(); }

   private:
    const std::unique_ptr<File> file_;
    ObservedFiles& observed_;
  };

  FileSystem& files_ = *SystemFiles();
  const std::function<void(absl::Duration)> on_sync_;
};

}  // namespace acl

#endif  // ACL_JOURNAL_OBSERVED_FILES_H_
