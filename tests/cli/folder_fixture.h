// Runs the command on a journal folder that starts with the fixture's world.
#ifndef TESTS_CLI_FOLDER_FIXTURE_H_
#define TESTS_CLI_FOLDER_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "acl/engine.h"
#include "tests/cli/cli_fixture.h"

namespace acl::cli {

class FolderCli : public Cli {
 protected:
  FolderCli()
      : folder_(
            std::string(std::getenv("TEST_TMPDIR")) + "/" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name()),
        init_(Acl({"init", folder_, "--from", world_})) {
    // It is chance whether a checkpoint has been written in the meantime.
    for (const std::string& name : Names("checkpoint-")) {
      std::filesystem::remove(folder_ + "/" + name);
    }
    FolderReport report;
    if (Engine::OpenAt(folder_, {}, {}, {}, &report).ok()) {
      imported_ = report.records;
    }
  }

  Result OnFolder(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--world", folder_});
    return Acl(std::move(arguments));
  }
  Result ShareBob(const std::string& role,
                  std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments = {
        "share", "voice:narrator", "user:bob", role, "--as", "user:ann"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return OnFolder(std::move(arguments));
  }

  // The names in the folder that start with the prefix, in bytewise order.
  std::vector<std::string> Names(const std::string& prefix) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name.compare(0, prefix.size(), prefix) == 0) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The contents of all files in the folder.
  std::string Bytes() const {
    std::string bytes;
    for (const std::string& name : Names("")) {
      bytes += name + Read(folder_ + "/" + name);
    }
    return bytes;
  }
  // Flips one bit of the first journal file.
  void Flip(size_t at) const {
    const std::string path = folder_ + "/" + Names("journal-").front();
    std::string bytes = Read(path);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
    Write(path, bytes);
  }

  const std::string folder_;
  const Result init_;
  uint64_t imported_ = 0;  // number of the import's last record
};

}  // namespace acl::cli

#endif  // TESTS_CLI_FOLDER_FIXTURE_H_
