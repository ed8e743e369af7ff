#include "tests/crash/engine_run.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/engine/studio.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/data";
constexpr char kStudio[] = "studio";
// Always refused: `dan` is never an admin.
constexpr char kRefused[] = "refused";

const std::vector<Change>& RefusedChanges() {
  static const auto* const changes = new std::vector<Change>{
      Share{{"voice", "w"}, Target::User("dan"), "editor"}};
  return *changes;
}

std::string WordsOf(const Engine& engine) {
  std::string words;
  for (const std::string& id : engine.WorkspaceIds()) {
    absl::StrAppend(&words, engine.FindWorkspace(id)->Token()->ToString(),
                    "\n");
  }
  return words + engine.Export().DebugString();
}

FolderOptions Options(MemoryFiles* files, const EngineRunOptions& run) {
  FolderOptions options;
  options.files = files;
  options.durability = run.durability;
  options.keep_history = run.keep_history;
  options.journal_file_bytes = 1500;
  options.checkpoints = false;  // only explicit ones
  return options;
}

EngineOptions CountIncarnations(uint64_t* count) {
  EngineOptions options;
  options.new_incarnation = [count] { return ++*count; };
  return options;
}

absl::StatusOr<Receipt> ApplyTo(Engine* engine, const Actor& actor,
                                const std::vector<Change>& changes,
                                const std::string& request_id) {
  absl::StatusOr<Workspace> studio = engine->FindWorkspace(kStudio);
  if (!studio.ok()) return studio.status();
  ChangeOptions options;
  options.request_id = request_id;
  return studio->Apply(actor, changes, options);
}

}  // namespace

EngineRun::EngineRun(const EngineRunOptions& options, MemoryFiles* files)
    : options_(options),
      files_(*files),
      random_(options.seed),
      memory_(CountIncarnations(&memory_incarnations_)) {}

AllowedStates EngineRun::AfterPowerCut() const {
  return {durable_, history_.states.size() - 1};
}

AllowedStates EngineRun::AfterKill() const {
  return {told_, history_.states.size() - 1};
}

bool EngineRun::Open() {
  engine_ = nullptr;
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(
      kFolder, CountIncarnations(&incarnations_), Options(&files_, options_));
  if (engine.ok()) engine_ = *std::move(engine);
  if (!engine.ok() || WordsOf(*engine_) != history_.states[told_]) {
    broken_ = absl::StrCat("opened: ", engine.status().message());
    return false;
  }
  durable_ = told_;
  return true;
}

void EngineRun::Do(const Call& call) {
  if (!broken_.empty()) return;
  const absl::Status expected = call(&memory_);
  std::string words = WordsOf(memory_);
  // From here on, a crash may leave this state.
  if (words != history_.states.back()) {
    history_.states.push_back(std::move(words));
  }
  const absl::Status status = call(engine_.get());
  if (FaultOf(status) != FaultOf(expected) ||
      WordsOf(*engine_) != history_.states.back()) {
    broken_ = absl::StrCat("state ", history_.states.size() - 1, ": ",
                           status.message(), ", not ", expected.message());
    return;
  }
  told_ = history_.states.size() - 1;
  if (options_.durability == Durability::kDisk) durable_ = told_;
}

void EngineRun::Apply(const Actor& actor, std::vector<Change> changes,
                      const std::string& request_id) {
  Do([&](Engine* engine) {
    return ApplyTo(engine, actor, changes, request_id).status();
  });
}

void EngineRun::Request(const std::string& id, std::vector<Change> changes) {
  MadeRequest request{id, changes, history_.states.size(), 0};
  Apply(Actor::System(), changes, id);
  request.revision = memory_.FindWorkspace(kStudio)->Token()->revision;
  history_.requests.push_back(std::move(request));
  // The same request again, which changes nothing.
  Apply(Actor::System(), std::move(changes), id);
}

void EngineRun::Checkpoint() {
  if (!broken_.empty()) return;
  const absl::Status status = engine_->Checkpoint();
  if (!status.ok()) broken_ = absl::StrCat("checkpoint: ", status.message());
  durable_ = told_;
}

void EngineRun::DoSome(int count) {
  const std::array<Target, 4> targets = {
      Target::User("bob"), Target::User("dan"), Target::Group("inner"),
      Target::Group("outer")};
  for (int i = 0; i < count; ++i) {
    const ResourceId resource{"voice", random_() % 2 == 0 ? "v" : "w"};
    const Target target = targets[random_() % targets.size()];
    switch (random_() % 6) {
      case 0:
      case 1:
        Apply(Actor::System(),
              {Share{resource, target, random_() % 2 ? "viewer" : "editor"}});
        break;
      case 2:
        Apply(Actor::System(), {Unshare{resource, target}});
        break;
      case 3:
        Apply(Actor::System(), {AddMember{"inner", Member::User("bob")}});
        break;
      case 4:
        Apply(Actor::System(), {RemoveMember{"inner", Member::User("bob")}});
        break;
      default:
        // The sizes make records cross the borders of sectors.
        Apply(Actor::System(), {AddUser{absl::StrCat("user-", ++users_), "",
                                        std::string(users_ * 97 % 400, 'n')}});
    }
  }
}

void EngineRun::Import() {
  v1::World world = memory_.Export();
  world.mutable_workspaces(0)->set_id("copy");
  Do([&](Engine* engine) { return engine->Import(Actor::System(), world); });
}

void EngineRun::Run() {
  if (!Open()) return;
  Do([](Engine* engine) {
    return engine->AddWorkspace(Actor::System(), kStudio).status();
  });
  Apply(Actor::System(), StudioChanges());
  DoSome(3);
  Request("first", {Share{{"voice", "w"}, Target::User("bob"), "viewer"},
                    AddUser{"of-first"}});
  Apply(Subject::User("dan"), RefusedChanges(), kRefused);
  DoSome(2);
  Checkpoint();
  DoSome(3);
  Request("second",
          {AddMember{"outer", Member::User("bob")}, AddUser{"of-second"}});
  if (!broken_.empty() || !Open()) return;
  DoSome(2);
  Checkpoint();
  Import();
  Apply(Subject::User("dan"), RefusedChanges(), kRefused);
  DoSome(2);
  Checkpoint();
  Do([](Engine* engine) {
    return engine->RemoveWorkspace(Actor::System(), "copy");
  });
  Request("third",
          {Unshare{{"voice", "w"}, Target::User("bob")}, AddUser{"of-third"}});
  DoSome(2);
  engine_ = nullptr;
}

namespace {

// A moment at which the machine crashes.
struct Ending {
  std::unique_ptr<MemoryFiles> disk;
  std::string step;
  AllowedStates power_cut;
  AllowedStates kill;
};

// Checks what every possible crash of one run may leave.
class EngineCrashes {
 public:
  explicit EngineCrashes(const EngineCrashOptions& options)
      : options_(options), run_(options.run, &files_) {}

  CrashCount Count() {
    // Images are opened after the run is over. Within a call of the running
    // engine, opening another one would wait for that call.
    files_.SetSchedule([this](const FileStep& step) {
      endings_.push_back(EndingOf(files_, step));
      return StepOutcome();
    });
    run_.Run();
    files_.SetSchedule(nullptr);
    count_.broken = run_.broken();
    for (const Ending& ending : endings_) {
      CutPower(ending);
      Kill(ending);
      if (!count_.broken.empty()) break;
    }
    return count_;
  }

 private:
  Ending EndingOf(const MemoryFiles& files, const FileStep& step) const {
    return {
        std::unique_ptr<MemoryFiles>(new MemoryFiles(files.CrashedAt(step))),
        absl::StrCat("step ", step.number, ", ", step.path),
        run_.AfterPowerCut(), run_.AfterKill()};
  }

  void CutPower(const Ending& ending) {
    ImageOptions images = options_.images;
    images.seed += count_.images;
    ending.disk->ForEachImage(images, [&](MemoryFiles* image) {
      Look(image, ending.power_cut, ending, "power cut at " + ending.step);
      return count_.broken.empty();
    });
  }

  void Kill(const Ending& ending) {
    const size_t bytes = ending.disk->in_flight_bytes();
    for (size_t cut = 0; count_.broken.empty();
         cut = std::min(bytes, cut + options_.kill_stride)) {
      MemoryFiles image = ending.disk->AfterKill(cut);
      Look(&image, ending.kill, ending,
           absl::StrCat("killed at ", ending.step, ", byte ", cut));
      if (cut >= bytes) return;
    }
  }

  void Look(MemoryFiles* image, const AllowedStates& allowed,
            const Ending& ending, const std::string& when) {
    if (++count_.images % options_.again_one_in == 0) {
      CrashAgain(image, allowed, ending.power_cut, when);
    } else {
      Judge(image, allowed, when, count_.images % 4 == 0);
    }
  }

  absl::StatusOr<std::unique_ptr<Engine>> OpenIn(MemoryFiles* image) const {
    return Engine::Open(kFolder, {}, Options(image, options_.run));
  }

  // Which of the allowed states it is; nullopt if it is none of them.
  std::optional<size_t> StateOf(const Engine& engine,
                                const AllowedStates& allowed) const {
    const std::vector<std::string>& states = run_.history().states;
    const std::string words = WordsOf(engine);
    for (size_t state = allowed.first; state <= allowed.last; ++state) {
      if (states[state] == words) return state;
    }
    return std::nullopt;
  }

  void Break(const MemoryFiles& image, absl::string_view when,
             absl::string_view what) {
    count_.broken = absl::StrCat(when, ": ", what, "\n", image.DebugString());
  }

  void Judge(MemoryFiles* image, const AllowedStates& allowed,
             const std::string& when, bool again) {
    absl::StatusOr<std::unique_ptr<Engine>> engine = OpenIn(image);
    if (!engine.ok()) {
      return Break(*image, when,
                   absl::StrCat("refused: ", engine.status().message()));
    }
    const std::optional<size_t> state = StateOf(**engine, allowed);
    if (!state) {
      return Break(*image, when,
                   absl::StrCat("none of the states ", allowed.first, " to ",
                                allowed.last, ": ", WordsOf(**engine)));
    }
    std::string wrong = TryRequests(engine->get(), *state);
    const std::string words = WordsOf(**engine);
    if (again && wrong.empty()) {
      *engine = nullptr;
      engine = OpenIn(image);
      if (!engine.ok() || WordsOf(**engine) != words) {
        wrong = absl::StrCat("another one the next time: ",
                             engine.status().message());
      }
    }
    if (!wrong.empty()) Break(*image, when, wrong);
  }

  // Repeats all requests. Those that the state includes must change nothing;
  // the others are made now.
  std::string TryRequests(Engine* engine, size_t state) const {
    for (const MadeRequest& request : run_.history().requests) {
      const bool there = request.state <= state;
      const absl::StatusOr<Receipt> receipt =
          ApplyTo(engine, Actor::System(), request.changes, request.id);
      if (there && (!receipt.ok() || !receipt->replayed ||
                    receipt->revision != request.revision)) {
        return absl::StrCat("request ", request.id, " of state ", request.state,
                            " is there and was forgotten");
      }
      if (!there && receipt.ok() && receipt->replayed) {
        return absl::StrCat("request ", request.id, " of state ", request.state,
                            " is known and not there");
      }
    }
    if (ApplyTo(engine, Subject::User("dan"), RefusedChanges(), kRefused)
            .ok()) {
      return "what was refused is accepted";
    }
    return "";
  }

  // Cuts the power at each step of opening the image and of closing it again.
  // `less`: the states allowed if the power is cut before the engine is open.
  void CrashAgain(MemoryFiles* image, const AllowedStates& allowed,
                  const AllowedStates& less, const std::string& when) {
    std::vector<Second> seconds;
    const std::optional<size_t> state = OpenAndCrash(image, allowed, &seconds);
    if (!state) return Break(*image, when, "can't be opened, or is wrong");
    ImageOptions few = options_.images;
    few.exact_limit = 8;
    few.samples = 4;
    few.every_cut = false;
    // Once it has been opened, this state was visible to everyone.
    const AllowedStates same{*state, *state};
    for (const Second& second : seconds) {
      second.disk->ForEachImage(few, [&](MemoryFiles* again) {
        ++count_.images;
        Judge(again, second.opened ? same : less, when + ", and again", false);
        return count_.broken.empty();
      });
    }
  }

  // A second crash, and whether the engine was open by then.
  struct Second {
    std::unique_ptr<MemoryFiles> disk;
    bool opened;
  };

  // Returns the recovered state.
  std::optional<size_t> OpenAndCrash(MemoryFiles* image,
                                     const AllowedStates& allowed,
                                     std::vector<Second>* seconds) const {
    bool opened = false;
    image->SetSchedule([&](const FileStep& step) {
      seconds->push_back({std::unique_ptr<MemoryFiles>(
                              new MemoryFiles(image->CrashedAt(step))),
                          opened});
      return StepOutcome();
    });
    std::optional<size_t> state;
    {
      const absl::StatusOr<std::unique_ptr<Engine>> engine = OpenIn(image);
      opened = true;
      if (engine.ok()) state = StateOf(**engine, allowed);
    }
    image->SetSchedule(nullptr);
    return state;
  }

  const EngineCrashOptions options_;
  MemoryFiles files_;
  EngineRun run_;
  std::vector<Ending> endings_;
  CrashCount count_;
};

}  // namespace

CrashCount CrashEngineEverywhere(const EngineCrashOptions& options) {
  return EngineCrashes(options).Count();
}

}  // namespace acl
