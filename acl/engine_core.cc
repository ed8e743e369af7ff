#include "acl/engine_core.h"

#include <atomic>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "acl/base/environment.h"
#include "acl/base/fault.h"
#include "acl/base/heap.h"
#include "acl/base/text.h"
#include "acl/follower.h"
#include "acl/history/beside_writer.h"
#include "acl/history/followed_folder.h"
#include "acl/history/past.h"
#include "acl/history/past_changes.h"
#include "acl/history/record.h"
#include "acl/journal/change_log.h"
#include "acl/journal/journal.h"
#include "acl/store/draft.h"
#include "acl/store/version.h"

namespace acl {
namespace {

uint64_t RandomIncarnation() {
  thread_local absl::BitGen random;
  return absl::Uniform<uint64_t>(random);
}

// Returns the number that tells this incarnation of a workspace apart from
// others of this process in handles. Never 0, which means none.
absl::StatusOr<uint32_t> NextScope() {
  static std::atomic<uint64_t> next{1};
  const uint64_t scope = next.fetch_add(1);
  if (scope > 0xffffffff) {
    return Refuse(v1::LIMIT,
                  "the process has made 2^32 workspaces; restart it");
  }
  return static_cast<uint32_t>(scope);
}

absl::StatusOr<State> EmptyState() {
  absl::StatusOr<uint32_t> scope = NextScope();
  if (!scope.ok()) return scope.status();
  State state;
  state.heap = std::make_shared<Heap>();
  state.edit = NewEditTag();
  state.scope = *scope;
  return state;
}

absl::Status NoWorkspace(absl::string_view id) {
  return Refuse(v1::WORKSPACE_NOT_FOUND,
                absl::StrCat("workspace ", Quoted(id), " does not exist"));
}

}  // namespace

EngineCore::EngineCore(EngineOptions options)
    : options_(std::move(options)),
      observer_(std::make_shared<ObserverGate>(options_.observer)) {
  WarnOfEnvironmentOnce();
}
EngineCore::~EngineCore() = default;

absl::Status EngineCore::Open(const std::string& path,
                              const FolderOptions& options,
                              FolderReport* report) {
  Folder::Found found;
  absl::StatusOr<std::unique_ptr<Folder>> folder = Folder::Open(
      path, options, EmptyState, options_.request_id_window,
      [this] { checkpointer_.Wake(); }, &found);
  if (report != nullptr) *report = found.report;
  if (!folder.ok()) return folder.status();
  folder_ = *std::move(folder);
  SetHome(path, options);
  AddCores(found.states);
  if (options.checkpoints) {
    checkpointer_.Start([this] { CheckpointIfDue(); });
    // The previous owner of the folder may not have got round to it.
    if (folder_->checkpoint_due()) checkpointer_.Wake();
  }
  return absl::OkStatus();
}

absl::Status EngineCore::Follow(const std::string& path,
                                const FolderOptions& options,
                                FolderReport* report) {
  FollowedFolder::Found found;
  absl::StatusOr<std::unique_ptr<FollowedFolder>> folder = FollowedFolder::Open(
      path, options, EmptyState, options_.request_id_window, &found);
  if (report != nullptr) *report = found.report;
  if (!folder.ok()) return folder.status();
  follower_ =
      std::make_unique<Follower>(*std::move(folder), observer_.get(), this);
  SetHome(path, options);
  AddCores(found.states);
  follower_->Start(options.follow_interval);
  return absl::OkStatus();
}

absl::Status EngineCore::Following() const {
  if (follower_ == nullptr) {
    return Refuse(v1::MALFORMED,
                  "the engine follows nothing; make one by Engine::Follow()");
  }
  return follower_->status();
}

void EngineCore::SetHome(const std::string& path,
                         const FolderOptions& options) {
  home_ = {path, options,
           options.files != nullptr ? options.files : SystemFiles()};
  // The sink belongs to the caller, and may be used only while opening.
  home_->options.progress = nullptr;
}

absl::Status EngineCore::OpenAt(const std::string& path, const Moment& moment,
                                const FolderOptions& options,
                                FolderReport* report) {
  FileSystem* const files =
      options.files != nullptr ? options.files : SystemFiles();
  absl::StatusOr<Past> past = ReadBesideWriter(path, files, [&] {
    return ReadPast(path, moment, files, EmptyState, options_.request_id_window,
                    options.progress);
  });
  if (!past.ok()) return past.status();
  if (report != nullptr) report->records = past->record;
  AddCores(past->states);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<EngineCore>> EngineCore::At(
    const Moment& moment) const {
  if (!home_) {
    return Refuse(v1::MALFORMED,
                  "the engine keeps no history; open it in a folder");
  }
  EngineOptions options;
  options.request_id_window = options_.request_id_window;
  auto then = std::make_shared<EngineCore>(std::move(options));
  const absl::Status opened =
      then->OpenAt(home_->path, moment, home_->options, nullptr);
  if (!opened.ok()) return opened;
  return then;
}

absl::StatusOr<std::shared_ptr<WorkspaceCore>> EngineCore::Find(
    absl::string_view id) const {
  EpochPin pin;
  const std::shared_ptr<WorkspaceCore>* core = table().Find(id);
  if (core == nullptr) return NoWorkspace(id);
  return *core;
}

absl::StatusOr<State> EngineCore::NewState() const {
  absl::StatusOr<State> state = EmptyState();
  if (state.ok()) {
    state->incarnation = options_.new_incarnation ? options_.new_incarnation()
                                                  : RandomIncarnation();
  }
  return state;
}

absl::Status EngineCore::Add(const Actor& actor, WorkspaceEvent event,
                             std::vector<State> states) {
  if (follower_ != nullptr) return ReadOnly();
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
  std::vector<std::string> ids;
  std::vector<std::shared_ptr<const State>> shared;
  for (State& state : states) {
    ids.push_back(state.workspace);
    shared.push_back(std::make_shared<const State>(std::move(state)));
  }
  AddCores(shared);
  for (const std::string& id : ids) Tell(id, actor, event);
  return absl::OkStatus();
}

absl::Status EngineCore::Remove(const Actor& actor, absl::string_view id) {
  if (follower_ != nullptr) return ReadOnly();
  std::lock_guard<std::mutex> lock(mutex_);
  return RemoveCore(actor, id);
}

absl::Status EngineCore::RemoveCore(const Actor& actor, absl::string_view id) {
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

void EngineCore::AddFollowed(
    const std::string& actor, WorkspaceEvent event,
    const std::vector<std::shared_ptr<const State>>& states) {
  std::lock_guard<std::mutex> lock(mutex_);
  AddCores(states);
  const absl::StatusOr<Actor> who = Actor::Parse(actor);
  for (const auto& state : states) {
    Tell(state->workspace, who.value_or(Actor::System()), event);
  }
}

absl::Status EngineCore::RemoveFollowed(const std::string& actor,
                                        absl::string_view id) {
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::StatusOr<Actor> who = Actor::Parse(actor);
  return RemoveCore(who.value_or(Actor::System()), id);
}

void EngineCore::EndFollowing(const absl::Status& why) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto at = table().Begin(); at.valid(); at.Next()) {
    at.value()->EndFollowing(why);
  }
}

absl::StatusOr<std::unique_ptr<acl::Watch>> EngineCore::Watch(
    absl::string_view id, const RevisionToken& from,
    const WatchOptions& options) const {
  const absl::StatusOr<std::shared_ptr<WorkspaceCore>> core = Find(id);
  if (!core.ok()) return core.status();
  absl::StatusOr<WorkspaceCore::Joined> joined =
      (*core)->JoinFeed(from, options.roles);
  if (!joined.ok()) return joined.status();
  acl::Watch::OpenPast open_past;
  if (home_) {
    const PastSource source{home_->path, home_->files, EmptyState,
                            options_.request_id_window};
    open_past = [source, workspace = std::string(id),
                 roles = options.roles](const RevisionToken& then) {
      return PastChanges::Open(source, workspace, then, roles);
    };
  }
  return std::unique_ptr<acl::Watch>(new acl::Watch(
      joined->feed, from, joined->live, options, std::move(open_past)));
}

absl::Status EngineCore::Checkpoint() {
  if (follower_ != nullptr) return ReadOnly();
  if (folder_ == nullptr) return absl::OkStatus();
  std::lock_guard<std::mutex> one(checkpoint_mutex_);
  std::vector<FastHold> held;
  JournalHead head;
  {
    // No workspace is added or removed meanwhile. The held versions are at this
    // record or later; replay skips what they already contain.
    std::lock_guard<std::mutex> lock(mutex_);
    head = folder_->journal().head();
    for (auto at = table().Begin(); at.valid(); at.Next()) {
      held.push_back(at.value()->Hold());
    }
  }
  return folder_->Checkpoint(
      head, [&](absl::FunctionRef<absl::Status(const State&)> sink) {
        // Not pinned: a pin would keep alive everything that is replaced
        // meanwhile, in all workspaces.
        for (FastHold& version : held) {
          const FastHold done = std::move(version);
          if (absl::Status s = sink(*done.state()); !s.ok()) return s;
        }
        return absl::OkStatus();
      });
}

void EngineCore::CheckpointIfDue() {
  if (!folder_->checkpoint_due()) return;
  // After a failure the next file is another chance; the journal has
  // everything.
  const absl::Status status = Checkpoint();
  observer_->Tell([&](Observer* observer) { observer->OnCheckpoint(status); });
}

absl::Status EngineCore::Close() {
  if (std::exchange(closed_, true)) return absl::OkStatus();
  if (follower_ != nullptr) follower_->Stop();
  // First, since it calls the observer and may take long.
  checkpointer_.Stop();
  for (auto at = table().Begin(); at.valid(); at.Next()) at.value()->Close();
  observer_->Close();
  return folder_ == nullptr ? absl::OkStatus() : folder_->journal().Close();
}

void EngineCore::AddCore(const std::shared_ptr<const State>& state,
                         WorkspaceTable* table, EditTag edit) const {
  const std::string id = state->workspace;
  const CoreOptions options{observer_,
                            options_.request_id_window,
                            options_.max_snapshot_rows,
                            options_.watch_window,
                            folder_ == nullptr ? nullptr : &folder_->journal(),
                            follower_ != nullptr};
  table->Set(id, std::make_shared<WorkspaceCore>(state, options), edit);
}

void EngineCore::AddCores(
    const std::vector<std::shared_ptr<const State>>& states) {
  auto next = std::make_shared<WorkspaceTable>(table());
  const EditTag edit = NewEditTag();
  for (const auto& state : states) AddCore(state, next.get(), edit);
  Publish(std::move(next));
}

absl::Status EngineCore::Record(const Actor& actor, WorkspaceEvent event,
                                const std::vector<State>& states) const {
  ChangeLog& log = folder_->journal();
  ChangeLog::Ticket last;
  const auto append = [&](std::string record) -> absl::Status {
    absl::StatusOr<ChangeLog::Ticket> ticket =
        log.Append(std::move(record), last);
    if (!ticket.ok()) return ticket.status();
    last = *std::move(ticket);
    return absl::OkStatus();
  };
  const absl::Status status =
      event == WorkspaceEvent::kAdded
          ? append(AdditionRecordOf(states.front(), actor))
          : ImportRecordsOf(states, actor, append);
  return status.ok() ? log.Await(last) : status;
}

void EngineCore::Publish(std::shared_ptr<WorkspaceTable> next) {
  retired_.Add(table_.Publish(std::move(next)));
  retired_.Collect();
}

void EngineCore::Tell(absl::string_view id, const Actor& actor,
                      WorkspaceEvent event) const {
  observer_->Tell(
      [&](Observer* observer) { observer->OnWorkspace(id, actor, event); });
}

}  // namespace acl
