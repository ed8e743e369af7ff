#include "acl/world/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/world/yaml.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"

namespace acl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status FileFault(const std::string& path, absl::string_view what) {
  return Refuse(v1::FILE_MALFORMED, absl::StrCat(Printable(path), ": ", what));
}

absl::Status SystemFault(const std::string& path, absl::string_view doing) {
  const int error = errno;
  return Refuse(v1::FILE_ACCESS, absl::StrCat(Printable(path), ": ", doing,
                                              ": ", strerror(error)));
}

// Closes a descriptor at the end of the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, const std::string& path,
                      absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemFault(path, "can't write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(fd) != 0) return SystemFault(path, "can't sync");
  return absl::OkStatus();
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file that `path` leads to, so that a link stays a link.
std::string Resolved(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string resolved = real;
  free(real);
  return resolved;
}

bool HasUnknownFields(const Message& message) {
  const auto& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (HasUnknownFields(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HasUnknownFields(reflection.GetRepeatedMessage(message, field, i))) {
        return true;
      }
    }
  }
  return false;
}

bool IsYaml(const std::string& path) {
  return absl::EndsWith(path, ".yaml") || absl::EndsWith(path, ".yml");
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemFault(path, "can't open");
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemFault(path, "can't read");
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
  }
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  const std::string target = Resolved(path);
  std::string temporary = target + ".XXXXXX";
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return SystemFault(path, "can't write beside it");
  struct stat old;
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode =
      stat(target.c_str(), &old) == 0 ? old.st_mode & 07777 : 0666 & ~mask;
  absl::Status status = WriteAll(file.get(), path, bytes);
  if (status.ok() && fchmod(file.get(), mode) != 0) {
    status = SystemFault(path, "can't set permissions");
  }
  if (status.ok() && rename(temporary.c_str(), target.c_str()) != 0) {
    status = SystemFault(path, "can't replace");
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  // The rename itself has to reach the disk as well.
  const Descriptor folder(open(FolderOf(target).c_str(), O_RDONLY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) {
    return SystemFault(path, "is replaced, but can't sync its folder");
  }
  return absl::OkStatus();
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

absl::Status FileLock::Take(const std::string& path) {
  for (;;) {
    fd_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return SystemFault(path, "can't open");
    while (flock(fd_, LOCK_EX) != 0) {
      if (errno != EINTR) return SystemFault(path, "can't lock");
    }
    // Whoever held it before may have replaced the file meanwhile.
    struct stat locked;
    struct stat now;
    if (fstat(fd_, &locked) == 0 && stat(path.c_str(), &now) == 0 &&
        locked.st_ino == now.st_ino && locked.st_dev == now.st_dev) {
      return absl::OkStatus();
    }
    close(fd_);
    fd_ = -1;
  }
}

absl::Status CheckWorldFileName(const std::string& path) {
  if (IsYaml(path) || absl::EndsWith(path, ".binpb")) return absl::OkStatus();
  return FileFault(path,
                   "is no world file by its ending; use .yaml, .yml or .binpb");
}

absl::StatusOr<WorldFile> ReadWorldFile(const std::string& path) {
  if (absl::Status s = CheckWorldFileName(path); !s.ok()) return s;
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  if (bytes->empty()) {
    return FileFault(path, "is empty; a world has at least one workspace");
  }
  WorldFile file;
  file.places = Places(Printable(path));
  if (IsYaml(path)) {
    absl::Status s = ReadYaml(*bytes, &file.world, &file.places);
    if (!s.ok()) return s;
  } else if (!file.world.ParseFromString(*bytes)) {
    return FileFault(path, "is no world in binary form, or was cut");
  } else if (HasUnknownFields(file.world)) {
    return FileFault(path,
                     "has fields that this version does not know; use a newer "
                     "one");
  }
  return file;
}

absl::Status WriteWorldFile(const std::string& path, const v1::World& world) {
  if (absl::Status s = CheckWorldFileName(path); !s.ok()) return s;
  return WriteFile(path,
                   IsYaml(path) ? WriteYaml(world) : world.SerializeAsString());
}

}  // namespace acl
