// The system's files, with the syncs counted.
#ifndef ACL_BENCH_COUNTED_FILES_H_
#define ACL_BENCH_COUNTED_FILES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/journal/file_system.h"

namespace acl::bench {

// Thread-safe.
class CountedFiles : public FileSystem {
 public:
  class Counted : public File {
   public:
    Counted(std::unique_ptr<File> file, std::atomic<uint64_t>* syncs)
        : file_(std::move(file)), syncs_(*syncs) {}
    absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                                size_t bytes) override {
      return file_->Read(offset, to, bytes);
    }
    absl::StatusOr<size_t> Write(uint64_t offset,
                                 absl::string_view bytes) override {
      return file_->Write(offset, bytes);
    }
    absl::Status Sync() override {
      ++syncs_;
      return file_->Sync();
    }
    absl::Status Truncate(uint64_t size) override {
      return file_->Truncate(size);
    }
    absl::StatusOr<uint64_t> Size() override { return file_->Size(); }

   private:
    const std::unique_ptr<File> file_;
    std::atomic<uint64_t>& syncs_;
  };

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                             Mode mode) override {
    absl::StatusOr<std::unique_ptr<File>> file = files_.Open(path, mode);
    if (!file.ok()) return file.status();
    return std::make_unique<Counted>(*std::move(file), &syncs_);
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

  uint64_t syncs() const { return syncs_; }

 private:
  FileSystem& files_ = *SystemFiles();
  std::atomic<uint64_t> syncs_{0};
};

}  // namespace acl::bench

#endif  // ACL_BENCH_COUNTED_FILES_H_
