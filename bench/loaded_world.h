// A generated world in an engine, with the questions in every form that an
// engine accepts. Uses only the public API.
#ifndef BENCH_LOADED_WORLD_H_
#define BENCH_LOADED_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "acl/engine.h"
#include "bench/generator.h"
#include "bench/queries.h"

namespace acl::bench {

// Ends the process with the status's message unless it is OK.
void Require(const absl::Status& status);
void RequireThat(bool condition, absl::string_view message);
template <class T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

// The resident memory of the process in bytes, after freed memory has been
// returned to the system.
uint64_t ResidentBytes();

class LoadedWorld {
 public:
  // Loads the world. A `query_count` of 0 means QueryCount().
  explicit LoadedWorld(const WorldShape& shape, size_t query_count = 0);

  const Generator& generator() const { return generator_; }
  const WorldShape& shape() const { return generator_.shape(); }
  Workspace& workspace() const { return *workspace_; }

  // The same questions, in the same order. The number of questions is a power
  // of 2.
  const std::vector<Query>& queries() const { return queries_; }
  const std::vector<HandleQuestion>& by_handle() const { return by_handle_; }
  // Asks whether the role is at least viewer.
  const std::vector<Question>& by_string() const { return by_string_; }
  // The ids of the user and the resource of each question, alternating.
  const std::vector<absl::string_view>& ids() const { return ids_; }

  // The engine's answer as a number from 0 (none) to 4.
  uint32_t RoleOf(const Query& query) const;
  // Asks `peer` the first questions, too. A wrong answer ends the process.
  void CheckPeer(absl::string_view name,
                 const std::function<uint32_t(const Query&)>& peer) const;

  // How much memory the engine took when it loaded the world from the
  // generator, and how long loading took, including the generator.
  uint64_t loaded_bytes() const { return loaded_bytes_; }
  double loaded_seconds() const { return loaded_seconds_; }

 private:
  void Load();
  void MakeQuestions(size_t count);
  HandleQuestion ByHandle(const Query& query) const;

  const Generator generator_;
  Engine engine_;
  std::unique_ptr<Workspace> workspace_;
  uint64_t loaded_bytes_ = 0;
  double loaded_seconds_ = 0;
  std::vector<Role> roles_;  // indexed by number
  std::vector<Query> queries_;
  std::vector<HandleQuestion> by_handle_;
  std::string id_bytes_;
  std::vector<absl::string_view> ids_;
  std::vector<Question> by_string_;
};

// The world for benchmarks that only read. It is loaded on the first call and
// kept until the process ends. Nobody changes it.
LoadedWorld& SharedWorld(const WorldShape& shape);
// Whether memory has room for only one world of this shape, besides what it is
// compared with.
inline bool IsHuge(const WorldShape& shape) {
  return shape.grants > 200'000'000;
}
// Another world of the same shape, for benchmarks that change it. If the shape
// is huge, it is the shared one.
LoadedWorld& ChangingWorld(const WorldShape& shape);

}  // namespace acl::bench

#endif  // BENCH_LOADED_WORLD_H_
