#include "acl/engine.h"

#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "acl/background.h"
#include "acl/base/ordered_map.h"
#include "acl/base/text.h"
#include "acl/history/folder.h"
#include "acl/history/past.h"
#include "acl/history/past_changes.h"
#include "acl/history/record.h"
#include "acl/journal/journal.h"
#include "acl/store/draft.h"
#include "acl/store/epoch.h"
#include "acl/store/version.h"
#include "acl/workspace_core.h"
#include "acl/world/state_world.h"

namespace acl {
namespace {

using WorkspaceTable = OrderedMap<std::string, std::shared_ptr<WorkspaceCore>>;

uint64_t RandomIncarnation() {
  thread_local absl::BitGen random;
  return absl::Uniform<uint64_t>(random);
}

// Tells incarnations of workspaces of this process apart in handles. 0 stands
// for none.
absl::StatusOr<uint32_t> NextScope() {
  static std::atomic<uint64_t> next{1};
  const uint64_t scope = next.fetch_add(1);
  if (scope > 0xffffffff) {
    return Refuse(v1::LIMIT,
                  "the process has made 2^32 workspaces; restart it");
  }
  return static_cast<uint32_t>(scope);
}

absl::Status NoWorkspace(absl::string_view id) {
  return Refuse(v1::WORKSPACE_NOT_FOUND,
                absl::StrCat("workspace ", Quoted(id), " does not exist"));
}

}  // namespace

// The table of workspaces is published like a workspace's states are: readers
// never wait for who adds or removes one.
class EngineCore {
 public:
  explicit EngineCore(EngineOptions options) : options_(std::move(options)) {}

  const WorkspaceTable& table() const { return *table_.Get(); }

  // Of a workspace that begins now.
  absl::StatusOr<State> NewState() const {
    absl::StatusOr<State> state = EmptyState();
    if (state.ok()) {
      state->incarnation = options_.new_incarnation ? options_.new_incarnation()
                                                    : RandomIncarnation();
    }
    return state;
  }

  // Goes on from a folder. Called once, before anything else.
  absl::Status Open(const std::string& path, const FolderOptions& options,
                    FolderReport* report) {
    Folder::Found found;
    absl::StatusOr<std::unique_ptr<Folder>> folder = Folder::Open(
        path, options, EmptyState, options_.request_id_window,
        [this] { checkpointer_.Wake(); }, &found);
    if (report != nullptr) *report = found.report;
    if (!folder.ok()) return folder.status();
    folder_ = *std::move(folder);
    AddCores(std::move(found.states));
    if (options.checkpoints) {
      checkpointer_.Start([this] {
        // The next file is another chance; until then the journal has it all.
        if (folder_->checkpoint_due()) static_cast<void>(Checkpoint());
      });
    }
    return absl::OkStatus();
  }

  // Becomes what a folder was; called instead of Open().
  absl::Status OpenAt(const std::string& path, const Moment& moment,
                      const FolderOptions& options, FolderReport* report) {
    FileSystem* const files =
        options.files != nullptr ? options.files : SystemFiles();
    absl::StatusOr<Past> past =
        ReadPast(path, moment, files, EmptyState, options_.request_id_window,
                 options.progress);
    if (!past.ok()) return past.status();
    if (report != nullptr) report->records = past->record;
    AddCores(std::move(past->states));
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Engine>> At(const Moment& moment) const {
    if (folder_ == nullptr) {
      return Refuse(v1::MALFORMED,
                    "the engine keeps no history; open it in a folder");
    }
    EngineOptions options;
    options.request_id_window = options_.request_id_window;
    return Engine::OpenAt(folder_->path(), moment, options, folder_->options());
  }

  absl::StatusOr<std::unique_ptr<acl::Watch>> Watch(
      absl::string_view id, const RevisionToken& from,
      const WatchOptions& options) const {
    std::shared_ptr<WorkspaceCore> core;
    {
      EpochPin pin;
      const std::shared_ptr<WorkspaceCore>* found = table().Find(id);
      if (found == nullptr) return NoWorkspace(id);
      core = *found;
    }
    absl::StatusOr<WorkspaceCore::Joined> joined =
        core->JoinFeed(from, options.roles);
    if (!joined.ok()) return joined.status();
    acl::Watch::OpenPast open_past;
    if (folder_ != nullptr) {
      const PastSource source{folder_->path(), folder_->files(), EmptyState,
                              options_.request_id_window};
      open_past = [source, workspace = std::string(id),
                   roles = options.roles](const RevisionToken& then) {
        return PastChanges::Open(source, workspace, then, roles);
      };
    }
    return std::unique_ptr<acl::Watch>(new acl::Watch(
        joined->feed, from, joined->live, options, std::move(open_past)));
  }

  absl::Status Checkpoint() {
    if (folder_ == nullptr) return absl::OkStatus();
    std::lock_guard<std::mutex> one(checkpoint_mutex_);
    std::vector<std::shared_ptr<WorkspaceCore>> cores;
    std::vector<std::shared_ptr<const HeldVersion>> held;
    JournalHead head;
    {
      // No workspace comes or goes meanwhile. Those that are held are behind
      // this record, or at it: what they have already is passed over later.
      std::lock_guard<std::mutex> lock(mutex_);
      head = folder_->journal().head();
      for (auto at = table().Begin(); at.valid(); at.Next()) {
        cores.push_back(at.value());
        held.push_back(at.value()->Hold());
      }
    }
    return folder_->Checkpoint(
        head, [&](absl::FunctionRef<absl::Status(const State&)> sink) {
          for (size_t i = 0; i < held.size(); ++i) {
            EpochPin pin;
            // A later state than one that was pushed out is as good.
            while (held[i]->state() == nullptr) held[i] = cores[i]->Hold();
            if (absl::Status s = sink(*held[i]->state()); !s.ok()) return s;
            held[i] = nullptr;
          }
          return absl::OkStatus();
        });
  }

  // Adds all of them, or none if one exists.
  absl::Status Add(const Actor& actor, WorkspaceEvent event,
                   std::vector<State> states) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const State& state : states) {
      if (table().Find(state.workspace) == nullptr) continue;
      return Refuse(v1::ALREADY_EXISTS,
                    absl::StrCat("workspace ", Quoted(state.workspace),
                                 " exists already; remove it first"));
    }
    if (folder_ != nullptr) {
      if (absl::Status s = Record(actor, event, states); !s.ok()) return s;
    }
    auto next = std::make_shared<WorkspaceTable>(table());
    const EditTag edit = NewEditTag();
    std::vector<std::string> ids;
    for (State& state : states) {
      ids.push_back(state.workspace);
      AddCore(std::make_shared<const State>(std::move(state)), next.get(),
              edit);
    }
    Publish(std::move(next));
    for (const std::string& id : ids) Tell(id, actor, event);
    return absl::OkStatus();
  }

  absl::Status Remove(const Actor& actor, absl::string_view id) {
    std::lock_guard<std::mutex> lock(mutex_);
    const std::shared_ptr<WorkspaceCore>* found = table().Find(id);
    if (found == nullptr) return NoWorkspace(id);
    const std::shared_ptr<WorkspaceCore> core = *found;
    if (absl::Status s = core->Remove(actor); !s.ok()) return s;
    auto next = std::make_shared<WorkspaceTable>(table());
    next->Erase(std::string(id), NewEditTag());
    Publish(std::move(next));
    Tell(id, actor, WorkspaceEvent::kRemoved);
    return absl::OkStatus();
  }

  void Close() {
    for (auto at = table().Begin(); at.valid(); at.Next()) at.value()->Close();
    WaitForReaders();
    checkpointer_.Stop();
    // If that fails the folder only looks as if the process had been stopped.
    if (folder_ != nullptr) static_cast<void>(folder_->journal().Close());
  }

 private:
  static absl::StatusOr<State> EmptyState() {
    absl::StatusOr<uint32_t> scope = NextScope();
    if (!scope.ok()) return scope.status();
    State state;
    state.heap = std::make_shared<Heap>();
    state.edit = NewEditTag();
    state.scope = *scope;
    return state;
  }
  void AddCore(std::shared_ptr<const State> state, WorkspaceTable* table,
               EditTag edit) const {
    const std::string id = state->workspace;
    const CoreOptions options{
        options_.observer, options_.request_id_window,
        options_.max_snapshot_rows, options_.watch_window,
        folder_ == nullptr ? nullptr : &folder_->journal()};
    table->Set(id, std::make_shared<WorkspaceCore>(std::move(state), options),
               edit);
  }
  void AddCores(std::vector<std::shared_ptr<const State>> states) {
    auto next = std::make_shared<WorkspaceTable>();
    const EditTag edit = NewEditTag();
    for (auto& state : states) AddCore(std::move(state), next.get(), edit);
    Publish(std::move(next));
  }
  // Makes it durable that workspaces were added.
  absl::Status Record(const Actor& actor, WorkspaceEvent event,
                      const std::vector<State>& states) const {
    ChangeLog& log = folder_->journal();
    ChangeLog::Ticket last;
    const auto append = [&](std::string record) {
      absl::StatusOr<ChangeLog::Ticket> ticket =
          log.Append(std::move(record), last);
      if (ticket.ok()) last = *std::move(ticket);
      return ticket.status();
    };
    const absl::Status status =
        event == WorkspaceEvent::kAdded
            ? append(AdditionRecordOf(states.front(), actor))
            : ImportRecordsOf(states, actor, append);
    return status.ok() ? log.Await(last) : status;
  }
  void Publish(std::shared_ptr<WorkspaceTable> next) {
    retired_.Add(table_.Publish(std::move(next)));
    retired_.Collect();
  }
  void Tell(absl::string_view id, const Actor& actor,
            WorkspaceEvent event) const {
    if (options_.observer != nullptr) {
      options_.observer->OnWorkspace(id, actor, event);
    }
  }

  const EngineOptions options_;
  std::unique_ptr<Folder> folder_;  // null for an engine in memory alone
  Published<WorkspaceTable> table_{std::make_shared<WorkspaceTable>()};
  std::mutex mutex_;  // held by whoever adds or removes
  RetireList retired_;
  std::mutex checkpoint_mutex_;  // held by whoever writes a checkpoint
  Background checkpointer_;
};

namespace {

// The states of a world that comes in parts.
class WorldImporter {
 public:
  explicit WorldImporter(EngineCore* core) : core_(*core) {}

  absl::Status Add(const v1::Workspace& part) {
    const std::string path = absl::StrCat("workspaces[", parts_, "]");
    if (!part.continued()) {
      FinishWorkspace();
      if (absl::Status s = Begin(part.id(), path); !s.ok()) return s;
    } else if (workspace_ == nullptr) {
      AddWorldFault(
          path + ".continued",
          Refuse(v1::MALFORMED, "goes on with nothing; it is the first"),
          &faults_);
      if (absl::Status s = Begin(absl::StrCat("\n", parts_), path); !s.ok()) {
        return s;
      }
    }
    workspace_->Add(part, path);
    ++parts_;
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<State>> Finish(std::vector<WorldFault>* faults) {
    FinishWorkspace();
    if (faults_.empty()) return std::move(states_);
    absl::Status refusal = AsRefusal(faults_);
    if (faults != nullptr) *faults = std::move(faults_);
    return refusal;
  }

 private:
  absl::Status Begin(const std::string& id, const std::string& path) {
    absl::StatusOr<State> state = core_.NewState();
    if (!state.ok()) return state.status();
    const auto [first, is_new] = seen_.emplace(id, path);
    if (!is_new) {
      AddWorldFault(path + ".id",
                    Refuse(v1::ALREADY_EXISTS,
                           absl::StrCat("workspace ", Quoted(id),
                                        " stands in the world already, at ",
                                        first->second)),
                    &faults_);
    }
    workspace_ =
        std::make_unique<WorkspaceImporter>(*std::move(state), &faults_);
    return absl::OkStatus();
  }

  void FinishWorkspace() {
    if (workspace_ == nullptr) return;
    State state = workspace_->Finish();
    // Once something is wrong, only the faults count.
    if (faults_.empty()) {
      states_.push_back(std::move(state));
    } else {
      states_ = {};
    }
    workspace_ = nullptr;
  }

  EngineCore& core_;
  std::vector<State> states_;
  std::vector<WorldFault> faults_;
  std::map<std::string, std::string> seen_;  // id → where
  std::unique_ptr<WorkspaceImporter> workspace_;
  size_t parts_ = 0;
};

}  // namespace

namespace {

// What a folder has may be more than the memory: that is no reason to end.
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
  return core_->At(moment);
}

Engine::~Engine() { core_->Close(); }

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
  EpochPin pin;
  const std::shared_ptr<WorkspaceCore>* core = core_->table().Find(id);
  if (core == nullptr) return NoWorkspace(id);
  return Workspace(*core, nullptr);
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
  WorldImporter importer(core_.get());
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
    // One that was removed meanwhile is left out.
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
