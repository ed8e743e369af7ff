// A generated world inside an engine, with the questions in every form in which
// an engine takes them. Only the public API is used.
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

// What a benchmark can't go on without; ends the process with the message.
void Require(const absl::Status& status);
void RequireThat(bool condition, absl::string_view message);
template <class T>
T Require(absl::StatusOr<T> result) {
  Require(result.status());
  return *std::move(result);
}

// The memory that the process has in use, in bytes, after what is free has been
// given back.
uint64_t ResidentBytes();

class LoadedWorld {
 public:
  // Loads it. `query_count` 0: QueryCount().
  explicit LoadedWorld(const WorldShape& shape, size_t query_count = 0);

  const Generator& generator() const { return generator_; }
  const WorldShape& shape() const { return generator_.shape(); }
  Workspace& workspace() const { return *workspace_; }

  // The same questions, in the same order. Their number is a power of 2.
  const std::vector<Query>& queries() const { return queries_; }
  const std::vector<HandleQuestion>& by_handle() const { return by_handle_; }
  // Whether the role is viewer at least.
  const std::vector<Question>& by_string() const { return by_string_; }
  // The user's and the resource's ids by turns.
  const std::vector<absl::string_view>& ids() const { return ids_; }

  // The engine's answer as a number from 0 (none) to 4.
  uint32_t RoleOf(const Query& query) const;
  // Asks `peer` the first questions too. A wrong answer ends the process.
  void CheckPeer(absl::string_view name,
                 const std::function<uint32_t(const Query&)>& peer) const;

  // What the engine's memory grew by when it loaded the world from the
  // generator, and how long that took, the generator included.
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
  std::vector<Role> roles_;  // by number
  std::vector<Query> queries_;
  std::vector<HandleQuestion> by_handle_;
  std::string id_bytes_;
  std::vector<absl::string_view> ids_;
  std::vector<Question> by_string_;
};

// The world that is read, made when it is first asked for and kept to the end
// of the process. Nobody changes it.
LoadedWorld& SharedWorld(const WorldShape& shape);
// Whether the memory is for more than one world of this shape, with what else
// there is to compare.
inline bool IsHuge(const WorldShape& shape) {
  return shape.grants > 200'000'000;
}
// Another one of the same shape, for what changes it; the same if it is huge.
LoadedWorld& ChangingWorld(const WorldShape& shape);

}  // namespace acl::bench

#endif  // BENCH_LOADED_WORLD_H_
