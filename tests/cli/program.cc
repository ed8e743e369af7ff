#include "tests/cli/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace acl::cli {
namespace {

constexpr char kProgram[] = "acl/cli/acl";  // in the runfiles

void Require(bool condition, const char* what) {
  if (condition) return;
  perror(what);
  abort();
}

// An unnamed file.
int Scratch() {
  const int fd =
      open(std::getenv("TEST_TMPDIR"), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  Require(fd >= 0, "scratch file");
  return fd;
}

// Reads up to `limit` bytes. Reading from a terminal whose program has ended
// fails with EIO.
std::string ReadUpTo(int fd, size_t limit) {
  std::string text;
  char buffer[1 << 16];
  while (text.size() < limit) {
    const ssize_t got =
        read(fd, buffer, std::min(sizeof buffer, limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

std::string WholeFile(int fd) {
  Require(lseek(fd, 0, SEEK_SET) == 0, "lseek");
  return ReadUpTo(fd, ~size_t{0});
}

void CloseAll(std::initializer_list<int*> fds) {
  for (int* fd : fds) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Program::~Program() {
  if (pid_ > 0 && !ended_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
  CloseAll({&out_file_, &err_file_, &read_from_});
}

Program& Program::Set(const std::string& name, const std::string& value) {
  environment_.push_back(absl::StrCat(name, "=", value));
  return *this;
}
Program& Program::OutTo(const std::string& path) {
  out_path_ = path;
  return *this;
}
Program& Program::OnTerminal() {
  out_terminal_ = err_terminal_ = true;
  return *this;
}
Program& Program::ErrOnTerminal() {
  err_terminal_ = true;
  return *this;
}
Program& Program::ReaderLeavesAfter(size_t bytes) {
  reader_leaves_ = true;
  reader_limit_ = bytes;
  return *this;
}
Program& Program::LimitFileSize(uint64_t bytes) {
  file_limit_ = bytes;
  return *this;
}
Program& Program::WithoutPrivileges() {
  privileged_ = false;
  return *this;
}

Program& Program::Start() {
  out_file_ = out_path_.empty() ? Scratch()
                                : open(out_path_.c_str(), O_WRONLY | O_CLOEXEC);
  err_file_ = Scratch();
  int far = -1;  // the child's end of a terminal or a pipe
  if (err_terminal_) {
    Require(openpty(&read_from_, &far, nullptr, nullptr, nullptr) == 0, "pty");
  } else if (reader_leaves_) {
    int ends[2];
    Require(pipe2(ends, O_CLOEXEC) == 0, "pipe");
    read_from_ = ends[0];
    far = ends[1];
  }
  pid_ = fork();
  Require(pid_ >= 0, "fork");
  if (pid_ == 0) {
    Become(out_terminal_ || reader_leaves_ ? far : out_file_,
           err_terminal_ ? far : err_file_);
  }
  CloseAll({&far});
  return *this;
}

void Program::Become(int out, int err) const {
  const int in = open("/dev/null", O_RDONLY);
  if (dup2(in, 0) != 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2) _exit(126);
  signal(SIGPIPE, SIG_DFL);
  if (file_limit_ > 0) {
    const rlimit limit = {file_limit_, file_limit_};
    signal(SIGXFSZ, SIG_IGN);  // so that the write fails, as on a full disk
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(126);
  }
  if (!privileged_) {
    // At exec, root gets every capability back except those dropped here. For
    // other users the call fails, which is fine.
    prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
    prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0);
  }
  std::vector<std::string> arguments = {"acl"};
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  execve(kProgram, Pointers(arguments).data(), Pointers(environment_).data());
  _exit(127);
}

void Program::Send(int signal) const { kill(pid_, signal); }

bool Program::Running() {
  if (!ended_) ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  return !ended_;
}

Ended Program::Wait() {
  std::string read;
  if (read_from_ >= 0) {
    read = ReadUpTo(read_from_, reader_leaves_ ? reader_limit_ : ~size_t{0});
    CloseAll({&read_from_});
  }
  while (!ended_) ended_ = waitpid(pid_, &status_, 0) == pid_;
  Ended ended;
  ended.code =
      WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  const bool read_is_out = out_terminal_ || reader_leaves_;
  ended.out = read_is_out         ? read
              : out_path_.empty() ? WholeFile(out_file_)
                                  : "";
  ended.err = err_terminal_ && !out_terminal_ ? read : WholeFile(err_file_);
  return ended;
}

Ended RunProgram(std::vector<std::string> arguments) {
  return Program(std::move(arguments)).Run();
}

std::string TestFolder() {
  const ::testing::TestInfo& test =
      *::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = absl::StrCat(test.test_suite_name(), ".", test.name());
  std::replace(name.begin(), name.end(), '/', '-');
  const std::string folder =
      absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
  std::filesystem::create_directories(folder);
  return folder;
}

size_t FilesIn(const std::string& folder) {
  const auto files = std::filesystem::directory_iterator(folder);
  return static_cast<size_t>(std::distance(begin(files), end(files)));
}

}  // namespace acl::cli
