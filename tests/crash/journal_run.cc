#include "tests/crash/journal_run.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "acl/journal/checkpoint_file.h"
#include "acl/journal/journal_reader.h"

namespace acl {
namespace {

constexpr char kFolder[] = "/data";

JournalOptions Options() {
  JournalOptions options;
  options.file_bytes = 900;
  return options;
}

// The journal and all records: the checkpoint's and those after it.
struct Opened {
  std::unique_ptr<Journal> journal;
  std::vector<std::string> records;
};

absl::StatusOr<Opened> OpenAll(MemoryFiles* files) {
  absl::StatusOr<std::unique_ptr<LockedFolder>> folder =
      LockedFolder::Take(kFolder, files);
  if (!folder.ok()) return folder.status();
  absl::StatusOr<std::vector<uint64_t>> checkpoints =
      Checkpoints(kFolder, files);
  if (!checkpoints.ok()) return checkpoints.status();
  Opened opened;
  ReadFrom from;
  if (!checkpoints->empty()) {
    absl::StatusOr<CheckpointHeader> header =
        ReadCheckpoint(kFolder, checkpoints->back(), files, nullptr,
                       [&](absl::string_view block) {
                         opened.records.emplace_back(block);
                         return absl::OkStatus();
                       });
    if (!header.ok()) return header.status();
    from = {header->head.sequence + 1, header->head.chain};
  }
  absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(
      *std::move(folder), from, Options(), [&](const JournalRecord& record) {
        opened.records.emplace_back(record.bytes);
        return absl::OkStatus();
      });
  if (!journal.ok()) return journal.status();
  opened.journal = *std::move(journal);
  return opened;
}

// Whether `records` are exactly what was accepted, followed by some number of
// whole batches of what was open.
bool Keeps(const Promises& promises, const std::vector<std::string>& records) {
  std::vector<std::string> allowed = promises.accepted;
  if (records == allowed) return true;
  for (const std::vector<std::string>& batch : promises.open) {
    allowed.insert(allowed.end(), batch.begin(), batch.end());
    if (records == allowed) return true;
  }
  return false;
}

std::string WordsOf(const std::vector<std::string>& records) {
  std::vector<std::string> names;
  for (const std::string& record : records) {
    names.push_back(record.substr(0, record.find(' ')));
  }
  return absl::StrJoin(names, ",");
}

std::string Differs(const Promises& promises,
                    const std::vector<std::string>& records) {
  std::string open;
  for (const auto& batch : promises.open) {
    absl::StrAppend(&open, "[", WordsOf(batch), "]");
  }
  return absl::StrCat("accepted ", WordsOf(promises.accepted), ", open ", open,
                      ", on the disk ", WordsOf(records));
}

}  // namespace

std::string BrokenPromise(const Promises& promises, MemoryFiles* files) {
  absl::StatusOr<Opened> opened = OpenAll(files);
  if (!opened.ok()) {
    return absl::StrCat("can't be opened: ", opened.status().message());
  }
  if (!Keeps(promises, opened->records)) {
    return Differs(promises, opened->records);
  }
  const absl::StatusOr<ChangeLog::Ticket> ticket =
      opened->journal->Append("further", nullptr);
  if (!ticket.ok() || !opened->journal->Await(*ticket).ok()) {
    return "nothing further is taken";
  }
  const std::vector<std::string> before = std::move(opened->records);
  opened->journal = nullptr;
  opened = OpenAll(files);
  if (!opened.ok()) {
    return absl::StrCat("can't be opened again: ", opened.status().message());
  }
  if (opened->records.empty() || opened->records.back() != "further" ||
      opened->records.size() != before.size() + 1) {
    return "what came further is not there";
  }
  return "";
}

bool JournalRun::Open() {
  journal_ = nullptr;
  absl::StatusOr<Opened> opened = OpenAll(&files_);
  if (!opened.ok()) return false;
  journal_ = std::move(opened->journal);
  // From here on, open records that are on the disk are visible to everyone.
  promises_ = {std::move(opened->records), {}};
  return true;
}

void JournalRun::PutBatch(int count) {
  std::vector<std::string> batch;
  ChangeLog::Ticket last;
  for (int i = 0; i < count; ++i) {
    // The sizes make records cross the borders of sectors.
    const int number = next_++;
    batch.push_back(absl::StrCat(
        number, " ", std::string(static_cast<size_t>(number * 37 % 240), 'r')));
  }
  promises_.open.push_back(batch);
  for (const std::string& record : batch) {
    absl::StatusOr<ChangeLog::Ticket> ticket = journal_->Append(record, last);
    if (!ticket.ok()) break;
    last = *std::move(ticket);
  }
  const absl::Status outcome =
      last == nullptr ? absl::UnavailableError("") : journal_->Await(last);
  // While the outcome is unknown, the record stays open.
  if (FaultOf(outcome) == v1::OUTCOME_UNKNOWN) return;
  promises_.open.pop_back();
  if (!outcome.ok()) return;
  promises_.accepted.insert(promises_.accepted.end(), batch.begin(),
                            batch.end());
}

void JournalRun::Checkpoint() {
  // There is nothing to write into a checkpoint.
  if (journal_->head().sequence == 0) return;
  const CheckpointHeader header{journal_->opened().id, journal_->head()};
  const absl::Status written =
      WriteCheckpoint(kFolder, header, &files_,
                      [&](BlockSink sink) -> absl::StatusOr<uint64_t> {
                        for (const std::string& record : promises_.accepted) {
                          if (absl::Status s = sink(record); !s.ok()) return s;
                        }
                        return header.head.sequence;
                      });
  if (!written.ok()) return;
  if (!RemoveCheckpoints(kFolder, 2, &files_).ok()) return;
  const absl::StatusOr<std::vector<uint64_t>> kept =
      Checkpoints(kFolder, &files_);
  if (!kept.ok() || kept->empty()) return;
  static_cast<void>(
      RemoveJournalFiles(kFolder, kept->front() + 1, "", &files_));
}

void JournalRun::Run() {
  std::mt19937_64 random(options_.seed);
  if (!Open()) return;
  for (int i = 0; i < options_.steps; ++i) {
    const uint64_t choice = random() % 16;
    if (choice < 11) {
      PutBatch(static_cast<int>(1 + random() % 3));
    } else if (choice < 13) {
      Checkpoint();
    } else if (choice < 14) {
      static_cast<void>(journal_->Rotate());
    } else {
      static_cast<void>(journal_->Close());
      if (!Open()) return;
    }
  }
  journal_ = nullptr;
}

namespace {

// Checks the disk after every possible crash of one run.
class Crashes {
 public:
  explicit Crashes(const CrashOptions& options)
      : options_(options), run_(options.run, &files_) {}

  CrashCount Count() {
    files_.SetSchedule([this](const FileStep& step) {
      if (count_.broken.empty()) Look(step);
      if (step.number != options_.failing_step) return StepOutcome();
      StepOutcome outcome;
      outcome.error = options_.error;
      outcome.written = options_.written;
      return outcome;
    });
    run_.Run();
    files_.SetSchedule(nullptr);
    return count_;
  }

 private:
  void Look(const FileStep& step) {
    MemoryFiles crashed = files_.CrashedAt(step);
    ImageOptions images = options_.images;
    images.seed += step.number;
    crashed.ForEachImage(images, [&](MemoryFiles* image) {
      if (++count_.images % options_.again_one_in == 0) {
        CrashAgain(image, step);
      } else {
        Judge(image, step, "");
      }
      return count_.broken.empty();
    });
  }

  void Judge(MemoryFiles* image, const FileStep& step, const char* when) {
    const std::string disk = image->DebugString();
    const std::string broken = BrokenPromise(run_.promises(), image);
    if (broken.empty()) return;
    count_.broken = absl::StrCat("crash at step ", step.number, ", ", step.path,
                                 when, ": ", broken, "\n", disk);
  }

  // Also cuts the power at each step of opening the image.
  void CrashAgain(MemoryFiles* image, const FileStep& step) {
    ImageOptions few = options_.images;
    few.exact_limit = 8;
    few.samples = 4;
    image->SetSchedule([&](const FileStep& inner) {
      if (!count_.broken.empty()) return StepOutcome();
      MemoryFiles crashed = image->CrashedAt(inner);
      crashed.ForEachImage(few, [&](MemoryFiles* second) {
        ++count_.images;
        Judge(second, step, ", and again while it was opened");
        return count_.broken.empty();
      });
      return StepOutcome();
    });
    // Only opens it: anything further would be another promise.
    const absl::StatusOr<Opened> opened = OpenAll(image);
    image->SetSchedule(nullptr);
    if (!opened.ok() && count_.broken.empty()) {
      count_.broken =
          absl::StrCat("crash at step ", step.number,
                       ": can't be opened: ", opened.status().message());
    }
  }

  const CrashOptions options_;
  MemoryFiles files_;
  JournalRun run_;
  CrashCount count_;
};

}  // namespace

CrashCount CrashEverywhere(const CrashOptions& options) {
  return Crashes(options).Count();
}

uint64_t StepsOf(const RunOptions& run) {
  MemoryFiles files;
  JournalRun(run, &files).Run();
  return files.steps();
}

}  // namespace acl
