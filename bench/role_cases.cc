#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "acl/engine.h"
#include "bench/asking.h"
#include "bench/cases.h"
#include "bench/floor.h"
#include "bench/loaded_world.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

void HandleBatch(benchmark::State& state, LoadedWorld& world) {
  const absl::Span<const HandleQuestion> questions = world.by_handle();
  std::vector<RoleAnswer> answers(kBatch);
  size_t at = 0;
  while (state.KeepRunningBatch(kBatch)) {
    const absl::Status asked = world.workspace().EffectiveRoles(
        questions.subspan(at, kBatch), absl::MakeSpan(answers));
    RequireThat(asked.ok(), "a batch is refused");
    benchmark::DoNotOptimize(answers.data());
    benchmark::ClobberMemory();
    at = (at + kBatch) % questions.size();
  }
}

void HandleSingle(benchmark::State& state, LoadedWorld& world) {
  AskByHandle(state, world);
}

void StringBatch(benchmark::State& state, LoadedWorld& world) {
  const absl::Span<const Question> questions = world.by_string();
  size_t at = 0;
  while (state.KeepRunningBatch(kBatch)) {
    benchmark::DoNotOptimize(
        world.workspace().CheckMany(questions.subspan(at, kBatch)));
    at = (at + kBatch) % questions.size();
  }
}

void StringSingle(benchmark::State& state, LoadedWorld& world) {
  const std::vector<Question>& questions = world.by_string();
  size_t at = 0;
  for (auto _ : state) {
    const Question& question = questions[at];
    benchmark::DoNotOptimize(
        world.workspace().EffectiveRole(question.subject, question.resource));
    if (++at == questions.size()) at = 0;
  }
}

// Asks by handle about pairs without a role.
void CheckDenied(benchmark::State& state, LoadedWorld& world) {
  const Role viewer = Require(world.workspace().FindRole(RoleWord(1)));
  std::vector<HandleQuestion> denied;
  for (size_t i = 0; i < world.queries().size(); ++i) {
    if (world.RoleOf(world.queries()[i]) == 0) {
      denied.push_back(world.by_handle()[i]);
    }
  }
  RequireThat(!denied.empty(), "everybody has a role");
  size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.workspace().Check(denied[at].subject, viewer,
                                                     denied[at].resource));
    if (++at == denied.size()) at = 0;
  }
}

// Explains why the subject is, or is not, an editor.
void Explain(benchmark::State& state, LoadedWorld& world) {
  const std::vector<Question>& questions = world.by_string();
  size_t at = 0;
  for (auto _ : state) {
    const Question& question = questions[at];
    benchmark::DoNotOptimize(world.workspace().Explain(
        question.subject, question.resource, RoleWord(3)));
    if (++at == questions.size()) at = 0;
  }
}

}  // namespace

void RegisterRoleCases(const WorldShape& shape) {
  const auto add = [&](const char* kind, const char* how, auto* run) {
    benchmark::RegisterBenchmark(
        absl::StrCat(kind, "/", shape.name, how).c_str(),
        [shape, run](benchmark::State& state) {
          run(state, SharedWorld(shape));
        });
  };
  add("role_by_handle", "/batch32", &HandleBatch);
  add("role_by_handle", "/single", &HandleSingle);
  add("role_by_string", "/batch32", &StringBatch);
  add("role_by_string", "/single", &StringSingle);
  add("check_denied", "", &CheckDenied);
  add("explain", "", &Explain);
}

}  // namespace acl::bench
