// Runs every scenario of the corpus through every interface: library, command
// and server.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "acl/audit/assertions.h"
#include "acl/audit/library_door.h"
#include "tests/corpus/command_door.h"
#include "tests/corpus/http_door.h"

namespace acl {
namespace {

constexpr char kFolder[] = "tests/corpus/scenarios";

std::vector<std::string> Scenarios() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string TestName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !isalnum(c); },
      '_');
  return name;
}

void ExpectHolds(const FileOutcome& outcome) {
  EXPECT_TRUE(outcome.error.ok()) << outcome.error.message();
  EXPECT_FALSE(outcome.name.empty()) << "a scenario says what it is about";
  EXPECT_GT(outcome.assertions(), 0u);
  for (const TestOutcome& test : outcome.tests) {
    for (const FailedAssertion& failed : test.failed) {
      ADD_FAILURE() << failed.place << ": " << test.name << ": " << failed.what
                    << "\n"
                    << failed.comment;
    }
  }
}

class Corpus : public ::testing::TestWithParam<std::string> {};

TEST_P(Corpus, HoldsThroughTheLibrary) {
  LibraryDoor door;
  ExpectHolds(RunAssertionFile(GetParam(), &door));
}

TEST_P(Corpus, HoldsThroughTheCommand) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/" +
                             std::filesystem::path(GetParam()).stem().string();
  std::filesystem::create_directories(folder);
  CommandDoor door(folder);
  ExpectHolds(RunAssertionFile(GetParam(), &door));
}

TEST_P(Corpus, HoldsThroughTheServer) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) +
                             "/server-" +
                             std::filesystem::path(GetParam()).stem().string();
  std::filesystem::create_directories(folder);
  HttpDoor door(folder);
  ExpectHolds(RunAssertionFile(GetParam(), &door));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Corpus, ::testing::ValuesIn(Scenarios()),
                         TestName);

TEST(CorpusSize, HasAtLeastEightyScenarios) {
  EXPECT_GE(Scenarios().size(), 80u);
}

}  // namespace
}  // namespace acl
