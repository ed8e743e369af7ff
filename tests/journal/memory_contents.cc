// The contents of in-memory files: what was written, synced or given up.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "tests/journal/memory_files.h"

namespace acl {
namespace {

using Call = FileStep::Call;

constexpr uint64_t kMaxFileBytes = uint64_t{1} << 30;

std::string SectorOf(const std::string& bytes, uint64_t sector) {
  const uint64_t begin = sector * MemoryFiles::kSectorBytes;
  if (begin >= bytes.size()) return "";
  return bytes.substr(begin, MemoryFiles::kSectorBytes);
}

}  // namespace

void MemoryFiles::NoteBefore(uint64_t first, uint64_t last, Node* node) {
  for (uint64_t i = first; i <= last; ++i) {
    Sector& sector = node->unsynced[i];
    if (sector.versions.empty()) {
      sector.versions.push_back(SectorOf(node->bytes, i));
    }
  }
}

void MemoryFiles::NoteAfter(uint64_t first, uint64_t last, Node* node) {
  for (uint64_t i = first; i <= last; ++i) {
    Sector& sector = node->unsynced[i];
    sector.versions.push_back(SectorOf(node->bytes, i));
    sector.given_up = false;
  }
}

void MemoryFiles::Resize(uint64_t size, Node* node) {
  if (size == node->bytes.size()) return;
  if (node->sizes.empty()) node->sizes.push_back(node->bytes.size());
  node->bytes.resize(size);
  node->sizes.push_back(size);
  node->size_given_up = false;
}

void MemoryFiles::WriteTo(uint64_t offset, absl::string_view bytes,
                          Node* node) {
  if (bytes.empty()) return;
  const uint64_t first = offset / kSectorBytes;
  const uint64_t last = (offset + bytes.size() - 1) / kSectorBytes;
  NoteBefore(first, last, node);
  Resize(std::max<uint64_t>(node->bytes.size(), offset + bytes.size()), node);
  // Writing at the end also takes the size to the disk.
  if (offset + bytes.size() == node->bytes.size()) node->size_given_up = false;
  node->bytes.replace(offset, bytes.size(), bytes.data(), bytes.size());
  NoteAfter(first, last, node);
}

void MemoryFiles::TruncateTo(uint64_t size, Node* node) {
  const uint64_t before = node->bytes.size();
  if (size >= before) return Resize(size, node);
  const uint64_t first = size / kSectorBytes;
  const uint64_t last = (before - 1) / kSectorBytes;
  NoteBefore(first, last, node);
  Resize(size, node);
  NoteAfter(first, last, node);
}

void MemoryFiles::SyncNode(Node* node) {
  for (auto it = node->unsynced.begin(); it != node->unsynced.end();) {
    it = it->second.given_up ? std::next(it) : node->unsynced.erase(it);
  }
  if (!node->size_given_up) node->sizes.clear();
}

void MemoryFiles::GiveUp(Node* node) {
  for (auto& sector : node->unsynced) sector.second.given_up = true;
  node->size_given_up = !node->sizes.empty();
}

// An open file.
class MemoryFile : public File {
 public:
  MemoryFile(MemoryFiles* files, std::string path, size_t node, bool writable)
      : files_(files),
        path_(std::move(path)),
        node_(node),
        writable_(writable) {}

  absl::StatusOr<size_t> Read(uint64_t offset, char* to,
                              size_t bytes) override {
    return files_->Read(path_, node_, offset, to, bytes);
  }
  absl::StatusOr<size_t> Write(uint64_t offset,
                               absl::string_view bytes) override {
    if (!writable_) {
      return MemoryFiles::SystemFault(path_, "can't write", EBADF);
    }
    return files_->Write(path_, node_, offset, bytes);
  }
  absl::Status Sync() override { return files_->Sync(path_, node_); }
  absl::Status Truncate(uint64_t size) override {
    if (!writable_) {
      return MemoryFiles::SystemFault(path_, "can't truncate", EINVAL);
    }
    return files_->Truncate(path_, node_, size);
  }
  absl::StatusOr<uint64_t> Size() override {
    return files_->Size(path_, node_);
  }

 private:
  MemoryFiles* const files_;
  const std::string path_;
  const size_t node_;
  const bool writable_;
};

std::unique_ptr<File> MemoryFiles::OpenNode(const std::string& path,
                                            size_t node, bool writable) {
  return std::make_unique<MemoryFile>(this, path, node, writable);
}

absl::StatusOr<size_t> MemoryFiles::Read(const std::string& path, size_t node,
                                         uint64_t offset, char* to,
                                         size_t bytes) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  const std::string& from = nodes_[node]->bytes;
  if (offset >= from.size()) return 0;
  return from.copy(to, bytes, offset);
}

absl::StatusOr<size_t> MemoryFiles::Write(const std::string& path, size_t node,
                                          uint64_t offset,
                                          absl::string_view bytes) {
  const absl::StatusOr<StepOutcome> outcome =
      Decide({Call::kWrite, path, offset, bytes, node});
  if (!outcome.ok()) return outcome.status();
  int error = outcome->error;
  if (offset > kMaxFileBytes || bytes.size() > kMaxFileBytes - offset) {
    error = EFBIG;
  }
  size_t length = error == 0 ? bytes.size() : 0;
  if (outcome->written.has_value()) {
    // A write without an error writes at least one byte.
    length = std::max<size_t>(*outcome->written, error == 0 ? 1 : 0);
    length = std::min(length, bytes.size());
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  WriteTo(offset, bytes.substr(0, length), Own(node));
  if (error != 0) return SystemFault(path, "can't write", error);
  return length;
}

absl::Status MemoryFiles::Sync(const std::string& path, size_t node) {
  FileStep step{Call::kSync, path};
  step.node = node;
  const absl::StatusOr<StepOutcome> outcome = Decide(std::move(step));
  if (!outcome.ok()) return outcome.status();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  if (outcome->error == 0) {
    SyncNode(Own(node));
    return absl::OkStatus();
  }
  GiveUp(Own(node));
  return SyncFault(path, outcome->error);
}

absl::Status MemoryFiles::Truncate(const std::string& path, size_t node,
                                   uint64_t size) {
  FileStep step{Call::kTruncate, path, size};
  step.node = node;
  if (absl::Status s = Begin(std::move(step), "can't truncate"); !s.ok()) {
    return s;
  }
  if (size > kMaxFileBytes) return SystemFault(path, "can't truncate", EFBIG);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  TruncateTo(size, Own(node));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> MemoryFiles::Size(const std::string& path,
                                           size_t node) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (absl::Status s = Alive(path); !s.ok()) return s;
  return nodes_[node]->bytes.size();
}

}  // namespace acl
