// The main program of tests that must find planted bugs:
//
//   PROGRAM BUG FINDER   chooses the bug and runs the test suite FINDER, which
//                        passes if it finds the bug
//   PROGRAM              chooses no bug and runs the suite Control, which
//   passes
//                        if it finds nothing
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/planted/switch.h"

namespace acl::planted {
namespace {

// Returns whether the status is OK; if not, prints it.
bool Ok(const absl::Status& status) {
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok();
}

// Fails if the suite does not exist, which would otherwise count as passed.
int RunSuite(const std::string& suite) {
  testing::GTEST_FLAG(filter) = absl::StrCat(suite, ".*");
  const int result = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() > 0) return result;
  std::cerr << "no test suite `" << suite << "` in this program\n";
  return 2;
}

int Main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc == 1) return RunSuite("Control");
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " [BUG FINDER]\n";
    return 2;
  }
  if (!Ok(Choose(argv[1]))) return 2;
  const int result = RunSuite(argv[2]);
  if (result != 0) return result;
  return Ok(CheckWasRead(argv[1])) ? 0 : 1;
}

}  // namespace
}  // namespace acl::planted

int main(int argc, char** argv) { return acl::planted::Main(argc, argv); }
