// Every option of every command: nonsensical values are refused before anything
// is done, and the message names the option.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/cli/folder_fixture.h"

namespace acl::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The values that an option takes.
enum class Takes {
  kFlag,     // nothing
  kText,     // any text but the empty one; other checks are tested elsewhere
  kWhole,    // a whole number of at least 1
  kSeconds,  // from 0 on
  kTimeout,  // seconds above 0
  kRate,     // from 0.01 on
};

struct Command {
  // A complete command line except for the option.
  std::vector<std::string> words;
  std::map<std::string, Takes> options;
};

const std::map<std::string, Takes> kCommon = {{"--world", Takes::kText},
                                              {"--workspace", Takes::kText},
                                              {"--json", Takes::kFlag}};

std::map<std::string, Takes> With(
    std::map<std::string, Takes> options,
    const std::vector<std::map<std::string, Takes>>& more) {
  for (const auto& each : more) options.insert(each.begin(), each.end());
  return options;
}

std::vector<Command> Commands() {
  const std::map<std::string, Takes> at = {{"--at", Takes::kText}};
  const std::map<std::string, Takes> min = {{"--min-role", Takes::kText}};
  const std::map<std::string, Takes> json = {{"--json", Takes::kFlag}};
  const std::map<std::string, Takes> call = {{"--as", Takes::kText},
                                             {"--reason", Takes::kText},
                                             {"--request-id", Takes::kText},
                                             {"--dry-run", Takes::kFlag}};
  const std::map<std::string, Takes> summary = {{"--summary", Takes::kFlag}};
  return {
      {{"role", "user:bob", "voice:v"}, With(kCommon, {at})},
      {{"check", "user:bob", "viewer", "voice:v"}, With(kCommon, {at})},
      {{"explain", "user:bob", "voice:v"},
       With(kCommon,
            {at, {{"--role", Takes::kText}, {"--remedies", Takes::kWhole}}})},
      {{"who", "voice:v"}, With(kCommon, {at, min})},
      {{"what", "user:bob"},
       With(kCommon, {at, min, {{"--type", Takes::kText}}})},
      {{"matrix"}, With(kCommon, {at})},
      {{"log"},
       With(kCommon, {summary,
                      {{"--actor", Takes::kText},
                       {"--target", Takes::kText},
                       {"--resource", Takes::kText},
                       {"--since", Takes::kText},
                       {"--until", Takes::kText},
                       {"--limit", Takes::kWhole}}})},
      {{"diff", "a.yaml", "b.yaml"},
       With(kCommon, {summary, {{"--changes", Takes::kText}}})},
      {{"share", "voice:v", "user:bob", "viewer"}, With(kCommon, {call})},
      {{"unshare", "voice:v", "user:bob"}, With(kCommon, {call})},
      {{"apply", "c.yaml"}, With(kCommon, {call, summary})},
      {{"validate", "a.yaml"}, json},
      {{"convert", "a.yaml", "b.yaml"}, {}},
      {{"export"},
       With(kCommon,
            {at, {{"--output", Takes::kText}, {"--format", Takes::kText}}})},
      {{"init", "folder"}, With(json, {{{"--from", Takes::kText}}})},
      {{"journal", "verify", "folder"},
       With(json, {{{"--head", Takes::kText}}})},
      {{"journal", "salvage", "folder", "b.yaml"}, json},
      {{"test", "t.yaml"}, With(json, {{{"--junit", Takes::kText}}})},
      {{"completion", "bash"}, {}},
      {{"man"}, {}},
      {{"key", "create", "user:bob"},
       With(kCommon, {{{"--id", Takes::kText}, {"--name", Takes::kText}}})},
      {{"import", "peribolos", "folder"},
       With(json, {{{"--org", Takes::kText}, {"--output", Takes::kText}}})},
      {{"serve"},
       {{"--data", Takes::kText},
        {"--memory", Takes::kFlag},
        {"--world", Takes::kText},
        {"--listen", Takes::kText},
        {"--tls-cert", Takes::kText},
        {"--tls-key", Takes::kText},
        {"--operator-key", Takes::kText},
        {"--relaxed", Takes::kFlag},
        {"--history", Takes::kText},
        {"--max-wait", Takes::kSeconds},
        {"--grace", Takes::kSeconds},
        {"--request-timeout", Takes::kTimeout},
        {"--idle-timeout", Takes::kTimeout},
        {"--queue-timeout", Takes::kTimeout},
        {"--max-depth", Takes::kWhole},
        {"--max-body", Takes::kWhole},
        {"--max-header", Takes::kWhole},
        {"--max-connections", Takes::kWhole},
        {"--max-connections-per-address", Takes::kWhole},
        {"--io-threads", Takes::kWhole},
        {"--waiting-threads", Takes::kWhole},
        {"--rate", Takes::kRate},
        {"--rate-burst", Takes::kWhole},
        {"--quiet", Takes::kFlag}}},
  };
}

// Values that no option of the kind accepts.
std::vector<std::string> BadValues(Takes takes) {
  switch (takes) {
    case Takes::kFlag:
      return {"perhaps"};
    case Takes::kText:
      return {""};
    case Takes::kWhole:
      return {"",
              "-1",
              "0",
              "1.5",
              "1e3",
              "nan",
              "0x10",
              "many",
              "1 2",
              "+-1",
              "99999999999999999999",
              "9223372036854775807"};
    case Takes::kSeconds:
      return {"",
              "-1",
              "-0.001",
              "nan",
              "-nan",
              "inf",
              "-inf",
              "1e300",
              "86401",
              "1s",
              "soon",
              "0x10",
              "99999999999999999999"};
    case Takes::kRate:
      return {"",        "-1",
              "0",       "0.009",
              "nan",     "-nan",
              "inf",     "-inf",
              "1000001", "1e300",
              "fast",    "1/s",
              "0x10",    "99999999999999999999"};
    case Takes::kTimeout: {
      std::vector<std::string> bad = BadValues(Takes::kSeconds);
      bad.insert(bad.end(), {"0", "1e-300"});
      return bad;
    }
  }
  return {};
}

class OptionsTest : public FolderCli {};

// The options listed in a command's help, except `--help`.
std::set<std::string> Listed(const std::string& help) {
  static const std::regex option("^  (?:-\\w,)?(--[a-z-]+)");
  std::set<std::string> listed;
  const std::vector<std::string> lines = absl::StrSplit(help, '\n');
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_search(line, match, option)) listed.insert(match[1]);
  }
  listed.erase("--help");
  return listed;
}

TEST_F(OptionsTest, WhenACommandHasAnOptionThenTheTableHasIt) {
  std::set<std::string> commands;
  for (const Command& command : Commands()) {
    std::vector<std::string> words = {command.words[0]};
    if (words[0] == "journal" || words[0] == "key" || words[0] == "import") {
      words.push_back(command.words[1]);
    }
    commands.insert(words[0]);
    words.push_back("--help");
    std::set<std::string> named;
    for (const auto& [option, takes] : command.options) named.insert(option);
    EXPECT_EQ(Listed(Acl(words).out), named) << absl::StrJoin(words, " ");
  }
  const std::string man = Acl({"man"}).out;
  static const std::regex command("\\.B acl ([a-z]+)");
  std::set<std::string> all;
  for (std::sregex_iterator at(man.begin(), man.end(), command), end; at != end;
       ++at) {
    all.insert((*at)[1]);
  }
  EXPECT_EQ(all, commands);
}

TEST_F(OptionsTest, WhenAValueMakesNoSenseThenTheOptionIsNamed) {
  size_t tried = 0;
  for (const Command& command : Commands()) {
    for (const auto& [option, takes] : command.options) {
      for (const std::string& value : BadValues(takes)) {
        std::vector<std::string> words = command.words;
        if (value.empty()) {
          words.insert(words.end(), {option, ""});
        } else {
          words.push_back(absl::StrCat(option, "=", value));
        }
        const Result result = Acl(words);
        EXPECT_EQ(result.code, kBadInput) << absl::StrJoin(words, " ");
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, HasSubstr(option)) << absl::StrJoin(words, " ");
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 200u);
}

TEST_F(OptionsTest, WhenANumberIsOutOfRangeThenTheRangeIsTold) {
  const std::pair<const char*, const char*> cases[] = {
      {"--max-depth=513",
       "--max-depth: `513` is not a whole number from 1 to 512"},
      {"--max-body=1073741825",
       "--max-body: `1073741825` is not a whole number from 1 to 1073741824"},
      {"--max-header=255",
       "--max-header: `255` is not a whole number from 256 to 1048576"},
      {"--max-connections=1000001",
       "--max-connections: `1000001` is not a whole number from 1 to 1000000"},
      {"--max-connections-per-address=-1",
       "--max-connections-per-address: `-1` is not a whole number from 1 to "
       "1000000"},
      {"--io-threads=100000",
       "--io-threads: `100000` is not a whole number from 1 to 256"},
      {"--waiting-threads=4097",
       "--waiting-threads: `4097` is not a whole number from 1 to 4096"},
      {"--grace=nan",
       "--grace: `nan` is not a number of seconds from 0 to "
       "86400"},
      {"--rate=0", "--rate: `0` is not a number from 0.01 to 1000000"},
      {"--idle-timeout=0",
       "--idle-timeout: `0` is not a number of seconds "
       "from 0.001 to 86400"},
  };
  for (const auto& [option, words] : cases) {
    const Result result = Acl({"serve", "--memory", option});
    EXPECT_EQ(result.code, kBadInput) << option;
    EXPECT_THAT(result.err, StartsWith(words));
  }
}

TEST_F(OptionsTest, WhenOptionsExcludeEachOtherThenBothAreNamed) {
  const struct {
    std::vector<std::string> words;
    const char* error;
  } cases[] = {
      {{"serve", "--memory", "--data", folder_}, "--data excludes --memory"},
      {{"serve", "--memory", "--relaxed"}, "--memory excludes --relaxed"},
      {{"serve", "--memory", "--history", "keep"},
       "--memory excludes --history"},
      {{"serve", "--memory", "--tls-cert", "c.pem"},
       "--tls-cert requires --tls-key"},
      {{"serve", "--memory", "--tls-key", "k.pem"},
       "--tls-key requires --tls-cert"},
      {{"serve", "--memory", "--rate-burst", "5"},
       "--rate-burst requires --rate"},
      {{"serve", "--memory", "--rate", "0.01", "--rate-burst", "100"},
       "a `--rate-burst` of 100 takes more than an hour to come back"},
      {{"export", "-w", world_, "-o", "x.yaml", "--format", "json"},
       "--output excludes --format"},
      {{"export", "-w", world_, "--format", "yaml", "--json"},
       "--json excludes --format"},
      {{"diff", world_, folder_, "--summary", "--changes", "x.yaml"},
       "--summary excludes --changes"},
      {{"diff", world_, folder_, "--world", folder_},
       "`--world` is for `@MOMENT`, and neither A nor B is one"},
      {{"matrix", "-w", world_, "--at", "1"}, "is no journal folder"},
      {{"matrix", "-w", folder_ + "@0", "--at", "1"}, "is no journal folder"},
      {{"log", "-w", folder_, "--since", "2026-03-02", "--until", "2026-03-01"},
       "`--since` `2026-03-02` is after `--until` `2026-03-01`"},
      {{"share", "voice:narrator", "user:bob", "viewer", "--as", "system", "-w",
        world_, "--request-id", "r"},
       "`--request-id` is for a journal folder, and "},
      {{"unshare", "voice:narrator", "user:bob", "--as", "system", "-w", world_,
        "--reason", "r", "--dry-run"},
       "`--reason` is for a journal folder, and "},
      {{"serve", "--data", folder_, "--world", world_, "--listen",
        "127.0.0.1:0"},
       "has the workspace `studio`; leave `--world` out"},
      {{"matrix", "-w", world_, "-w", folder_}, "--world"},
      {{"key", "create", "user:bob", "-w", world_, "--name", "a\nb"},
       "`--name` `a\\u{a}b` has a control character at byte 1"},
      {{"key", "create", "user:bob", "-w", world_, "--name", "a\x7f"},
       "`--name` `a\\u{7f}` has a control character at byte 1"},
  };
  const std::string before = Read(world_);
  for (const auto& c : cases) {
    const Result result = Acl(c.words);
    EXPECT_EQ(result.code, kBadInput) << absl::StrJoin(c.words, " ");
    EXPECT_THAT(result.err, HasSubstr(c.error)) << absl::StrJoin(c.words, " ");
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(Read(world_), before);
}

TEST_F(OptionsTest, WhenAVariableHasAnUnknownValueThenItIsRefused) {
  setenv("ACL_SIMD", "sse2", 1);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"matrix", "-w", world_},
        {"serve", "--memory"},
        {"man"}}) {
    const Result result = Acl(words);
    EXPECT_EQ(result.code, kBadInput);
    EXPECT_EQ(result.err,
              "acl: the environment variable ACL_SIMD is `sse2`, which is none "
              "of `portable`, `avx2` and `avx512`; set one of them, or unset "
              "it\n");
    EXPECT_EQ(result.out, "");
  }
  setenv("ACL_SIMD", "portable", 1);
  EXPECT_EQ(Acl({"matrix", "-w", world_}).code, kAllow);
  unsetenv("ACL_SIMD");
}

// A number is decimal even with leading zeros.
TEST_F(OptionsTest, WhenANumberBeginsWithZeroThenItIsNoOctal) {
  ASSERT_EQ(ShareBob("viewer").code, kAllow);
  EXPECT_THAT(OnFolder({"log", "--limit", "010"}).out,
              HasSubstr("user:bob on voice:narrator"));
  EXPECT_EQ(OnFolder({"log", "--limit", "08"}).code, kAllow);
}

}  // namespace
}  // namespace acl::cli
