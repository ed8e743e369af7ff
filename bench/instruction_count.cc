// Asks a small world so often, one way: for instructions_test.sh, which counts
// what the processor does for one question.
//
//   instruction_count WAY COUNT
//   instruction_count build        prints the compiler and whether assertions
//                                  are on: `clang on`
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/loaded_world.h"
#include "bench/world_shape.h"

namespace acl::bench {
namespace {

constexpr size_t kQuestions = 1024;
constexpr size_t kBatch = 32;

#ifdef NDEBUG
constexpr char kAssertions[] = "off";
#else
constexpr char kAssertions[] = "on";
#endif

#ifdef __clang__
constexpr char kCompiler[] = "clang";
#else
constexpr char kCompiler[] = "gcc";
#endif

// Asks the first `count` questions, around and around. How many had a role.
uint64_t Ask(const LoadedWorld& world, absl::string_view way, uint64_t count) {
  const Workspace& workspace = world.workspace();
  uint64_t found = 0;
  std::vector<RoleAnswer> answers(kBatch);
  for (uint64_t i = 0; i < count; i += kBatch) {
    const size_t at = i % kQuestions;
    const auto handles =
        absl::MakeConstSpan(world.by_handle()).subspan(at, kBatch);
    const auto strings =
        absl::MakeConstSpan(world.by_string()).subspan(at, kBatch);
    if (way == "by_handle/batch32") {
      Require(workspace.EffectiveRoles(handles, absl::MakeSpan(answers)));
      for (const RoleAnswer& answer : answers) found += answer.role ? 1 : 0;
    } else if (way == "by_string/batch32") {
      for (const bool allowed : Require(workspace.CheckMany(strings)).allowed) {
        found += allowed ? 1 : 0;
      }
    } else if (way == "by_handle/single") {
      for (const HandleQuestion& q : handles) {
        const auto answer =
            Require(workspace.EffectiveRole(q.subject, q.resource));
        found += answer.role ? 1 : 0;
      }
    } else {
      RequireThat(way == "by_string/single", "there is no such way");
      for (const Question& q : strings) {
        const auto answer =
            Require(workspace.EffectiveRole(q.subject, q.resource));
        found += answer.role ? 1 : 0;
      }
    }
  }
  return found;
}

int Main(int argc, char** argv) {
  uint64_t count = 0;
  if (argc == 2 && absl::string_view(argv[1]) == "build") {
    std::printf("%s %s\n", kCompiler, kAssertions);
    return 0;
  }
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &count)) {
    std::fprintf(stderr, "usage: instruction_count WAY COUNT\n");
    return 2;
  }
  const LoadedWorld world(Require(NamedShape("tiny")), kQuestions);
  // The first round pays for what is made once.
  Ask(world, argv[1], kQuestions);
  const uint64_t found = Ask(world, argv[1], count);
  std::printf("%llu of %llu have a role\n",
              static_cast<unsigned long long>(found),
              static_cast<unsigned long long>(count));
  return 0;
}

}  // namespace
}  // namespace acl::bench

int main(int argc, char** argv) { return acl::bench::Main(argc, argv); }
