#include "acl/engine.h"

#include <new>
#include <utility>

#include "acl/base/text.h"
#include "acl/engine_core.h"
#include "acl/store/epoch.h"
#include "acl/store/state.h"
#include "acl/workspace_core.h"
#include "acl/world/world_importer.h"

namespace acl {
namespace {

// A folder may hold more than fits in memory: report that instead of crashing.
template <class Work>
auto UnlessOutOfMemory(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Refuse(v1::OUT_OF_MEMORY,
                  "there is not enough memory for what is in the folder");
  }
}

}  // namespace

Engine::Engine(EngineOptions options)
    : core_(std::make_shared<EngineCore>(std::move(options))) {}

Engine::Engine(std::shared_ptr<EngineCore> core) : core_(std::move(core)) {}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(
    const std::string& folder, EngineOptions options,
    const FolderOptions& folder_options, FolderReport* report) {
  return UnlessOutOfMemory([&]() -> absl::StatusOr<std::unique_ptr<Engine>> {
    auto core = std::make_shared<EngineCore>(std::move(options));
    if (absl::Status s = core->Open(folder, folder_options, report); !s.ok()) {
      return s;
    }
    return std::unique_ptr<Engine>(new Engine(std::move(core)));
  });
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Follow(
    const std::string& folder, EngineOptions options,
    const FolderOptions& folder_options, FolderReport* report) {
  return UnlessOutOfMemory([&]() -> absl::StatusOr<std::unique_ptr<Engine>> {
    auto core = std::make_shared<EngineCore>(std::move(options));
    if (absl::Status s = core->Follow(folder, folder_options, report);
        !s.ok()) {
      return s;
    }
    return std::unique_ptr<Engine>(new Engine(std::move(core)));
  });
}

absl::Status Engine::Following() const { return core_->Following(); }

absl::StatusOr<std::unique_ptr<Engine>> Engine::OpenAt(
    const std::string& folder, const Moment& moment, EngineOptions options,
    const FolderOptions& folder_options, FolderReport* report) {
  return UnlessOutOfMemory([&]() -> absl::StatusOr<std::unique_ptr<Engine>> {
    auto core = std::make_shared<EngineCore>(std::move(options));
    if (absl::Status s = core->OpenAt(folder, moment, folder_options, report);
        !s.ok()) {
      return s;
    }
    return std::unique_ptr<Engine>(new Engine(std::move(core)));
  });
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::At(const Moment& moment) const {
  return UnlessOutOfMemory([&]() -> absl::StatusOr<std::unique_ptr<Engine>> {
    absl::StatusOr<std::shared_ptr<EngineCore>> core = core_->At(moment);
    if (!core.ok()) return core.status();
    return std::unique_ptr<Engine>(new Engine(*std::move(core)));
  });
}

absl::Status Engine::Close() {
  if (core_->InHook()) {
    return Refuse(v1::MALFORMED,
                  "the engine can't be closed inside a hook of its own "
                  "observer, for which it would have to wait; close it on "
                  "another thread");
  }
  return core_->Close();
}
Engine::~Engine() { static_cast<void>(core_->Close()); }

absl::StatusOr<std::unique_ptr<Watch>> Engine::Watch(
    absl::string_view workspace, const RevisionToken& from,
    const WatchOptions& options) const {
  return core_->Watch(workspace, from, options);
}

absl::Status Engine::Checkpoint() { return core_->Checkpoint(); }

absl::StatusOr<Workspace> Engine::AddWorkspace(
    const Actor& actor, absl::string_view id,
    const WorkspaceSettings& settings) {
  if (absl::Status s = CheckId("workspace id", id); !s.ok()) return s;
  absl::StatusOr<std::shared_ptr<const Settings>> checked =
      Settings::Make(settings);
  if (!checked.ok()) return checked.status();
  absl::StatusOr<State> state = core_->NewState();
  if (!state.ok()) return state.status();
  state->workspace = std::string(id);
  state->settings = *std::move(checked);
  std::vector<State> states;
  states.push_back(*std::move(state));
  if (absl::Status s =
          core_->Add(actor, WorkspaceEvent::kAdded, std::move(states));
      !s.ok()) {
    return s;
  }
  return FindWorkspace(id);
}

absl::Status Engine::RemoveWorkspace(const Actor& actor, absl::string_view id) {
  return core_->Remove(actor, id);
}

absl::StatusOr<Workspace> Engine::FindWorkspace(absl::string_view id) const {
  absl::StatusOr<std::shared_ptr<WorkspaceCore>> core = core_->Find(id);
  if (!core.ok()) return core.status();
  return Workspace(*std::move(core), nullptr);
}

std::vector<std::string> Engine::WorkspaceIds() const {
  EpochPin pin;
  std::vector<std::string> ids;
  for (auto at = core_->table().Begin(); at.valid(); at.Next()) {
    ids.push_back(at.key());
  }
  return ids;
}

absl::Status Engine::Import(const Actor& actor, const v1::World& world,
                            std::vector<WorldFault>* faults) {
  int next = 0;
  return Import(
      actor,
      [&]() -> absl::StatusOr<const v1::Workspace*> {
        if (next == world.workspaces_size()) return nullptr;
        return &world.workspaces(next++);
      },
      faults);
}

absl::Status Engine::Import(const Actor& actor, const WorldSource& parts,
                            std::vector<WorldFault>* faults) {
  WorldImporter importer([this] { return core_->NewState(); });
  for (;;) {
    absl::StatusOr<const v1::Workspace*> part = parts();
    if (!part.ok()) return part.status();
    if (*part == nullptr) break;
    if (absl::Status s = importer.Add(**part); !s.ok()) return s;
  }
  absl::StatusOr<std::vector<State>> states = importer.Finish(faults);
  if (!states.ok()) return states.status();
  return core_->Add(actor, WorkspaceEvent::kImported, *std::move(states));
}

v1::World Engine::Export() const {
  v1::World world;
  for (const std::string& id : WorkspaceIds()) {
    absl::StatusOr<Workspace> workspace = FindWorkspace(id);
    // A workspace that was removed meanwhile is left out.
    if (!workspace.ok()) continue;
    absl::StatusOr<v1::Workspace> exported = workspace->Export();
    if (exported.ok()) *world.add_workspaces() = *std::move(exported);
  }
  return world;
}

absl::Status Engine::Export(const WorldSink& sink) const {
  for (const std::string& id : WorkspaceIds()) {
    absl::StatusOr<Workspace> workspace = FindWorkspace(id);
    if (!workspace.ok()) continue;
    if (absl::Status s = workspace->Export(sink); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<Receipt> Workspace::Apply(const Actor& actor,
                                         const std::vector<Change>& changes,
                                         const ChangeOptions& options) {
  return core()->Apply(actor, changes, options);
}

absl::StatusOr<Receipt> Workspace::Share(const Actor& actor,
                                         const ResourceId& resource,
                                         const Target& target,
                                         absl::string_view role,
                                         const ChangeOptions& options) {
  std::vector<Change> changes;
  changes.emplace_back(acl::Share{resource, target, std::string(role)});
  return Apply(actor, changes, options);
}

absl::StatusOr<Receipt> Workspace::Unshare(const Actor& actor,
                                           const ResourceId& resource,
                                           const Target& target,
                                           const ChangeOptions& options) {
  std::vector<Change> changes;
  changes.emplace_back(acl::Unshare{resource, target});
  return Apply(actor, changes, options);
}

absl::StatusOr<Snapshot> Workspace::AtLeast(const RevisionToken& token,
                                            absl::Duration timeout) const {
  if (absl::Status s = core()->Await(token, timeout); !s.ok()) return s;
  return TakeSnapshot();
}

MemoryUsage Workspace::MemoryUsage() const { return core()->Memory(); }

}  // namespace acl
