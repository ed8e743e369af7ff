#include "bench/loaded_world.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/world_source.h"

namespace acl::bench {
namespace {

constexpr size_t kCheckedQueries = 4096;

using Worlds = std::map<std::string, std::unique_ptr<LoadedWorld>>;

LoadedWorld& In(Worlds& worlds, const WorldShape& shape) {
  std::unique_ptr<LoadedWorld>& world = worlds[shape.name];
  if (world == nullptr) world = std::make_unique<LoadedWorld>(shape);
  return *world;
}

}  // namespace

void Require(const absl::Status& status) {
  RequireThat(status.ok(), status.message());
}

void RequireThat(bool condition, absl::string_view message) {
  if (condition) return;
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(message.size()),
               message.data());
  std::exit(1);
}

uint64_t ResidentBytes() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

LoadedWorld::LoadedWorld(const WorldShape& shape, size_t query_count)
    : generator_(shape) {
  Require(CheckShape(shape));
  std::fprintf(stderr, "loading %s: %u users, %u resources, %llu grants\n",
               shape.name.c_str(), shape.users, shape.resources,
               static_cast<unsigned long long>(shape.grants));
  Load();
  MakeQuestions(query_count != 0 ? query_count : QueryCount(shape));
}

void LoadedWorld::Load() {
  const uint64_t before = ResidentBytes();
  const auto begin = std::chrono::steady_clock::now();
  Require(engine_.Import(Actor::System(), SourceOf(generator_)));
  const std::chrono::duration<double> passed =
      std::chrono::steady_clock::now() - begin;
  loaded_seconds_ = passed.count();
  loaded_bytes_ = std::max(ResidentBytes(), before) - before;
  workspace_ =
      std::make_unique<Workspace>(Require(engine_.FindWorkspace(kWorkspace)));
  roles_.emplace_back();
  for (uint32_t role = 1; role <= kRoles; ++role) {
    roles_.push_back(Require(workspace_->FindRole(RoleWord(role))));
  }
}

HandleQuestion LoadedWorld::ByHandle(const Query& query) const {
  return {Require(workspace_->FindSubject(Subject::User(UserName(query.user)))),
          Require(workspace_->FindResource(
              {kResourceType, ResourceName(query.resource)}))};
}

void LoadedWorld::MakeQuestions(size_t count) {
  queries_ = MakeQueries(generator_, count, shape().seed);
  by_handle_.reserve(count);
  ids_.reserve(2 * count);
  by_string_.reserve(count);
  for (const Query& query : queries_) {
    by_handle_.push_back(ByHandle(query));
    absl::StrAppend(&id_bytes_, UserName(query.user),
                    ResourceName(query.resource));
  }
  const size_t length = id_bytes_.size() / (2 * count);
  for (size_t i = 0; i < 2 * count; ++i) {
    ids_.emplace_back(&id_bytes_[i * length], length);
  }
  for (size_t i = 0; i < count; ++i) {
    by_string_.push_back({Subject::User(ids_[2 * i]),
                          RoleWord(1),
                          {kResourceType, ids_[2 * i + 1]}});
  }
}

uint32_t LoadedWorld::RoleOf(const Query& query) const {
  const HandleQuestion question = ByHandle(query);
  const RoleAnswer answer =
      Require(workspace_->EffectiveRole(question.subject, question.resource));
  const auto found = std::find(roles_.begin(), roles_.end(), answer.role);
  return static_cast<uint32_t>(found - roles_.begin());
}

void LoadedWorld::CheckPeer(
    absl::string_view name,
    const std::function<uint32_t(const Query&)>& peer) const {
  const size_t count = std::min(kCheckedQueries, queries_.size());
  for (size_t i = 0; i < count; ++i) {
    const Query& query = queries_[i];
    const uint32_t ours = RoleOf(query);
    const uint32_t theirs = peer(query);
    RequireThat(ours == theirs,
                absl::StrCat(name, " says ", RoleWord(theirs), " and acl ",
                             RoleWord(ours), " of ", UserName(query.user),
                             " on ", ResourceName(query.resource)));
  }
}

LoadedWorld& SharedWorld(const WorldShape& shape) {
  static auto& worlds = *new Worlds;
  return In(worlds, shape);
}

LoadedWorld& ChangingWorld(const WorldShape& shape) {
  if (IsHuge(shape)) return SharedWorld(shape);
  static auto& worlds = *new Worlds;
  return In(worlds, shape);
}

}  // namespace acl::bench
