// Runs the acl program as people do: as a process of its own, with real files,
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
  int code;  // its exit code, or 128 plus the signal, as in a shell
  std::string out;
  std::string err;
};

// One run of the program. Call the setters before Start().
class Program {
 public:
  explicit Program(std::vector<std::string> arguments)
      : arguments_(std::move(arguments)) {}
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Sets an environment variable. The environment is otherwise empty.
  Program& Set(const std::string& name, const std::string& value);
  // Writes output to this file; Ended::out stays empty.
  Program& OutTo(const std::string& path);
  // Connects output and messages to a terminal; Ended::out has both.
  Program& OnTerminal();
  // Connects only messages to a terminal.
  Program& ErrOnTerminal();
  // Closes the reader's end of the output after this many bytes.
  Program& ReaderLeavesAfter(size_t bytes);
  // Limits the size of every file, to simulate a full disk.
  Program& LimitFileSize(uint64_t bytes);
  // Enforces permissions even if the test runs as root.
  Program& WithoutPrivileges();

  Program& Start();
  // Sends a signal. REQUIRES: Start() was called.
  void Send(int signal) const;
  bool Running();
  Ended Wait();

  // Starts the program and waits for its end.
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
  int read_from_ = -1;  // our end of a terminal or a pipe
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

// Runs the program with these arguments and no other settings.
Ended RunProgram(std::vector<std::string> arguments);

// Creates a new folder for the current test.
std::string TestFolder();

size_t FilesIn(const std::string& folder);

}  // namespace acl::cli

#endif  // TESTS_CLI_PROGRAM_H_
