// The acl program as people run it: a process of its own, with real files,
// pipes, terminals, signals and limits.
#ifndef TESTS_CLI_PROGRAM_H_
#define TESTS_CLI_PROGRAM_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace acl::cli {

// How a process ended.
struct Ended {
  int code;  // its exit code, or 128 and the signal, as in a shell
  std::string out;
  std::string err;
};

// One run of the program. The setters come before Start().
class Program {
 public:
  explicit Program(std::vector<std::string> arguments)
      : arguments_(std::move(arguments)) {}
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // The environment is empty but for what is set here.
  Program& Set(const std::string& name, const std::string& value);
  // Output goes to that file; Ended::out stays empty.
  Program& OutTo(const std::string& path);
  // Output and messages are a terminal; Ended::out has both.
  Program& OnTerminal();
  // Messages alone are a terminal.
  Program& ErrOnTerminal();
  // The reader of the output goes away after that many bytes.
  Program& ReaderLeavesAfter(size_t bytes);
  // No file can get larger: a full disk without a disk.
  Program& LimitFileSize(uint64_t bytes);
  // Permissions count, even if the test runs as root.
  Program& WithoutPrivileges();

  Program& Start();
  // After Start().
  void Send(int signal) const;
  bool Running();
  Ended Wait();

  // Both.
  Ended Run() { return Start().Wait(); }

 private:
  [[noreturn]] void Become(int out, int err) const;

  const std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::string out_path_;
  bool out_terminal_ = false;
  bool err_terminal_ = false;
  bool privileged_ = true;
  bool reader_leaves_ = false;
  size_t reader_limit_ = 0;
  uint64_t file_limit_ = 0;

  int out_file_ = -1;
  int err_file_ = -1;
  int read_from_ = -1;  // the other end of a terminal or a pipe
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

// One that needs no more than its arguments.
Ended RunProgram(std::vector<std::string> arguments);

// A new folder for the current test.
std::string TestFolder();

size_t FilesIn(const std::string& folder);

}  // namespace acl::cli

#endif  // TESTS_CLI_PROGRAM_H_
