// Files that take their time: 100 MB of garbage, a million grants; and what
// happens meanwhile: Ctrl-C, a full disk, a reader that leaves, progress.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/world/world_file.h"
#include "nlohmann/json.hpp"
#include "tests/cli/cli_fixture.h"
#include "tests/cli/program.h"

namespace acl::cli {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int kHundredMegabytes = 100'000'000;
constexpr int kMillion = 10000;  // grants, by the hundred

// Users with grants on `resources` resources, a hundred on each.
void WriteLarge(const std::string& path, int resources) {
  const absl::Status status = WriteWorldFile(path, [=](const WorldSink& sink) {
    v1::Workspace part;
    part.set_id("large");
    for (int i = 0; i < 100000; ++i) {
      part.add_users()->set_id(absl::StrCat("u", 100000 + i));
    }
    if (absl::Status s = sink(part); !s.ok()) return s;
    for (int i = 0; i < resources; ++i) {
      if (i % 500 == 0) {
        if (i > 0) {
          if (absl::Status s = sink(part); !s.ok()) return s;
        }
        part.Clear();
        part.set_continued(true);
      }
      v1::Resource* resource = part.add_resources();
      resource->set_type("voice");
      resource->set_id(absl::StrCat("v", 10000 + i));
      for (int j = 0; j < 100; ++j) {
        v1::Grant* grant = resource->add_grants();
        grant->set_target(
            absl::StrCat("user:u", 100000 + (i * 100 + j * 7) % 100000));
        grant->set_role(j % 2 == 0 ? "viewer" : "editor");
      }
    }
    return sink(part);
  });
  ASSERT_TRUE(status.ok()) << status;
}

class LargeFiles : public Cli {};

TEST_F(LargeFiles, HundredMegabytesOfGarbageAreBadInputInEachEncoding) {
  const std::string folder = TestFolder();
  std::mt19937_64 random(7);
  std::string noise;
  while (noise.size() < 1 << 20) {
    const uint64_t bits = random();
    noise.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  for (const std::string& piece :
       {noise, std::string(1 << 20, '\0'), std::string(1 << 20, '[')}) {
    std::string garbage;
    garbage.reserve(kHundredMegabytes);
    while (garbage.size() + piece.size() < kHundredMegabytes) garbage += piece;
    const std::string file = folder + "/garbage";
    Write(file, garbage);
    for (const char* ending : {".yaml", ".json", ".txtpb", ".binpb"}) {
      // Linked, not written anew.
      const std::string path = folder + "/garbage" + ending;
      std::filesystem::remove(path);
      std::filesystem::create_symlink(file, path);
      const Ended ended = RunProgram({"validate", path});
      EXPECT_EQ(ended.code, kBadInput) << path << ended.err.substr(0, 300);
      EXPECT_THAT(ended.err, StartsWith("acl: " + path + ":"));
      EXPECT_LE(ended.err.size(), 4u << 20) << path;
    }
  }
}

TEST_F(LargeFiles, MillionGrantsAreReadAnsweredAndWritten) {
  const std::string folder = TestFolder();
  const std::string large = folder + "/large.binpb";
  WriteLarge(large, kMillion);
  const Ended valid = RunProgram({"validate", large, "--json"});
  ASSERT_EQ(valid.code, kAllow) << valid.err;
  const json report = json::parse(valid.out);
  EXPECT_EQ(report[0]["grants"], 1000000);
  EXPECT_EQ(
      RunProgram({"role", "user:u100007", "voice:v10000", "-w", large}).out,
      "editor\tdirect\n");
  EXPECT_EQ(RunProgram({"who", "voice:v10000", "-w", large}).out.size(),
            std::string("user\tu100000\tviewer\n").size() * 100);
  const std::string again = folder + "/again.binpb";
  ASSERT_EQ(RunProgram({"convert", large, again}).code, kAllow);
  const json copy = json::parse(RunProgram({"validate", again, "--json"}).out);
  EXPECT_EQ(copy[0]["digest"], report[0]["digest"]);
  EXPECT_EQ(RunProgram({"share", "voice:v10000", "user:u100007", "admin",
                        "--as", "system", "-w", again})
                .out,
            "user:u100007 on voice:v10000\n"
            "  grant      editor -> admin\n"
            "  effective  editor -> admin\n"
            "  revision 1\n");
}

// Ctrl-C at many moments.
TEST_F(LargeFiles, CtrlCLeavesTheOldFileOrTheNewOneAndNothingElse) {
  const std::string folder = TestFolder();
  const std::string large = folder + "/large.binpb";
  WriteLarge(large, kMillion);
  const std::string out = folder + "/out.txtpb";
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_EQ(RunProgram({"convert", large, out}).code, kAllow);
  const auto whole = std::chrono::steady_clock::now() - begin;
  const std::string fresh = Read(out);
  int interrupted = 0;
  for (int i = 0; i < 8; ++i) {
    Write(out, "old");
    Program program({"convert", large, out});
    program.Start();
    std::this_thread::sleep_for(whole * i / 8);
    program.Send(i % 2 == 0 ? SIGINT : SIGTERM);
    const Ended ended = program.Wait();
    EXPECT_EQ(FilesIn(folder), 2u);
    if (ended.code == kAllow) {
      EXPECT_TRUE(Read(out) == fresh);
    } else {
      EXPECT_EQ(ended.code, 128 + (i % 2 == 0 ? SIGINT : SIGTERM));
      EXPECT_THAT(Read(out), AnyOf("old", fresh));
      ++interrupted;
    }
  }
  EXPECT_GE(interrupted, 4);
}

TEST_F(LargeFiles, DiskThatFillsInTheMiddleLeavesTheOldFile) {
  const std::string folder = TestFolder();
  const std::string large = folder + "/large.binpb";
  WriteLarge(large, kMillion);
  const std::string out = folder + "/out.json";
  Write(out, "old");
  Program program({"convert", large, out});
  const Ended ended = program.LimitFileSize(5 << 20).Run();
  EXPECT_EQ(ended.code, kFailure);
  EXPECT_EQ(ended.err, "acl: " + out + ": can't write: File too large\n");
  EXPECT_EQ(Read(out), "old");
  EXPECT_EQ(FilesIn(folder), 2u);
}

TEST_F(LargeFiles, ReaderThatLeavesEndsItQuietly) {
  const std::string large = TestFolder() + "/large.binpb";
  WriteLarge(large, kMillion);
  for (const size_t bytes : {size_t{0}, size_t{100}, size_t{100000}}) {
    Program program({"matrix", "-w", large});
    const Ended ended = program.ReaderLeavesAfter(bytes).Run();
    EXPECT_EQ(ended.code, 128 + SIGPIPE);
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(ended.out.size(), bytes);
  }
}

TEST_F(LargeFiles, ProgressIsForTerminalsAndGoesAwayAgain) {
  const std::string text = TestFolder() + "/large.yaml";
  WriteLarge(text, kMillion * 3 / 2);  // takes more than two seconds
  Program program({"validate", text});
  const Ended ended = program.ErrOnTerminal().Run();
  EXPECT_EQ(ended.code, kAllow);
  EXPECT_THAT(ended.err, HasSubstr("\r\033[Kvalidating " + text + " ["));
  EXPECT_THAT(ended.err, HasSubstr(" %  2 s"));
  EXPECT_TRUE(absl::EndsWith(ended.err, "\r\033[K"));
  EXPECT_THAT(ended.out, Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace acl::cli
