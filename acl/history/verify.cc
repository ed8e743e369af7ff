#include "acl/history/verify.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acl/base/checksum.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/history/beside_writer.h"
#include "acl/history/damaged.h"
#include "acl/history/empty_state.h"
#include "acl/history/load_checkpoint.h"
#include "acl/history/replay.h"
#include "acl/history/workspace_chunks.h"
#include "acl/journal/checkpoint_file.h"

namespace acl {
namespace {

constexpr size_t kRequestIdWindow = 4096;

// A digest of a whole workspace, short enough to keep.
struct Sum {
  std::string workspace;
  Sha256Digest digest;  // of everything except the requests
  std::vector<std::string> requests;
};

Sum SumOf(const State& state) {
  Sum sum{state.workspace, {}, {}};
  Sha256 sha;
  // The sink always returns OK, and nothing else here can fail.
  ToChunks(state, kChunkItems, [&](const v1::WorkspaceChunk& chunk) {
    for (const v1::AnsweredRequest& request : chunk.requests()) {
      sum.requests.push_back(request.SerializeAsString());
    }
    v1::WorkspaceChunk rest = chunk;
    rest.clear_requests();
    sha.Add(rest.SerializeAsString());
    return absl::OkStatus();
  }).IgnoreError();
  sum.digest = sha.Take();
  return sum;
}

// Engines may remember more or fewer requests, but always the latest.
bool SameRequests(const std::vector<std::string>& a,
                  const std::vector<std::string>& b) {
  const size_t both = std::min(a.size(), b.size());
  return std::equal(a.rbegin(), a.rbegin() + static_cast<std::ptrdiff_t>(both),
                    b.rbegin());
}

bool Same(const std::vector<Sum>& a, const std::vector<Sum>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const Sum& x, const Sum& y) {
        return x.workspace == y.workspace && x.digest == y.digest &&
               SameRequests(x.requests, y.requests);
      });
}

// The state that the records have led to, and where to continue.
struct Travel {
  std::unique_ptr<Replay> replay;
  ReadFrom next;
};

class Verifier {
 public:
  Verifier(const std::string& folder, FileSystem* files,
           const ProgressSink& progress)
      : folder_(folder), files_(*files), progress_(progress) {}

  absl::Status CheckChain(const std::optional<JournalHead>& known) {
    // First, since a concurrent writer may add a checkpoint of a record that
    // was not read here.
    absl::StatusOr<std::vector<uint64_t>> checkpoints =
        Checkpoints(folder_, &files_);
    if (!checkpoints.ok()) return checkpoints.status();
    report_.checkpoints = *std::move(checkpoints);
    const absl::StatusOr<std::vector<JournalFile>> found =
        JournalFiles(folder_, &files_);
    if (!found.ok()) return found.status();
    report_.first = found->empty() ? 1 : found->front().first;
    absl::StatusOr<JournalEnd> end =
        ReadJournal(folder_, {report_.first, {}}, &files_, progress_,
                    [](const JournalRecord&) { return absl::OkStatus(); });
    if (!end.ok()) return end.status();
    report_.end = *std::move(end);
    return known ? CheckKnown(*known) : absl::OkStatus();
  }

  // Every checkpoint is compared with the state proved before it.
  absl::Status CheckCheckpoints() {
    Travel proved;
    if (report_.first == 1) proved.replay = NewReplay();
    report_.oldest_unproved =
        proved.replay == nullptr && !report_.checkpoints.empty();
    for (const uint64_t sequence : report_.checkpoints) {
      if (absl::Status s = CheckCheckpoint(sequence, &proved); !s.ok()) {
        return s;
      }
    }
    if (proved.replay == nullptr) {
      return Damaged(Printable(folder_), ": the journal begins at record ",
                     report_.first, ", and no checkpoint is there from before");
    }
    return Go(report_.end.head.sequence, &proved);
  }

  VerifyReport Take() { return std::move(report_); }

 private:
  static std::unique_ptr<Replay> NewReplay() {
    return std::make_unique<Replay>(EmptyState, kRequestIdWindow);
  }

  absl::Status CheckKnown(const JournalHead& known) const {
    if (report_.end.head.sequence < known.sequence) {
      return Damaged(Printable(folder_), ": the history ends at record ",
                     report_.end.head.sequence, "; record ", known.sequence,
                     ", which is known, is gone");
    }
    absl::Status read =
        ReadJournal(folder_, {known.sequence + 1, known.chain}, &files_,
                    nullptr,
                    [](const JournalRecord&) { return absl::OkStatus(); })
            .status();
    if (FaultOf(read) != v1::JOURNAL_DAMAGED) return read;
    return Damaged("the history was rewritten: ", read.message());
  }

  absl::Status CheckCheckpoint(uint64_t sequence, Travel* proved) {
    Travel loaded{NewReplay(), {}};
    const absl::StatusOr<CheckpointHeader> header = Load(sequence, &loaded);
    if (!header.ok()) return header.status();
    const uint64_t last = std::min(header->until, report_.end.head.sequence);
    if (proved->replay != nullptr) {
      if (absl::Status s = Go(last, &loaded); !s.ok()) return s;
      if (absl::Status s = Go(last, proved); !s.ok()) return s;
      if (!Same(SumsOf(&loaded), SumsOf(proved))) {
        return Damaged(Printable(folder_ + "/" + CheckpointName(sequence)),
                       ": is not what the records up to it lead to");
      }
    }
    // No import is unfinished at a checkpoint, but one may be at `last`.
    proved->replay = NewReplay();
    return Load(sequence, proved).status();
    // The analyser loses sight of who owns what `loaded` has.
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
  }

  absl::StatusOr<CheckpointHeader> Load(uint64_t sequence, Travel* travel) {
    absl::StatusOr<CheckpointHeader> header = LoadCheckpoint(
        folder_, sequence, &files_, nullptr, EmptyState, travel->replay.get());
    if (!header.ok()) return header;
    if (report_.end.file.empty() || header->id != report_.end.id) {
      return Damaged(Printable(folder_ + "/" + CheckpointName(sequence)),
                     ": is of another journal");
    }
    if (header->head.sequence > report_.end.head.sequence) {
      return Damaged(Printable(folder_), ": the journal ends at record ",
                     report_.end.head.sequence, ", and record ",
                     header->head.sequence, " was there");
    }
    travel->next = {sequence + 1, header->head.chain};
    return header;
  }

  // Applies the records up to `last`.
  absl::Status Go(uint64_t last, Travel* travel) {
    const absl::Status read =
        ReadJournal(folder_, travel->next, &files_, nullptr,
                    [&](const JournalRecord& record) {
                      return record.sequence > last
                                 ? absl::CancelledError("enough")
                                 : travel->replay->Apply(record);
                    })
            .status();
    return absl::IsCancelled(read) ? absl::OkStatus() : read;
  }

  static std::vector<Sum> SumsOf(Travel* travel) {
    std::vector<Sum> sums;
    for (const std::shared_ptr<const State>& state : travel->replay->Finish()) {
      sums.push_back(SumOf(*state));
    }
    return sums;
  }

  const std::string& folder_;
  FileSystem& files_;
  const ProgressSink& progress_;
  VerifyReport report_;
};

}  // namespace

std::string HeadText(const JournalHead& head) {
  return absl::StrCat(head.sequence, ":", ToHex(head.chain));
}

absl::StatusOr<JournalHead> ParseHead(absl::string_view text) {
  JournalHead head;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &head.sequence) ||
      parts[1].size() != 2 * head.chain.size() ||
      !std::all_of(parts[1].begin(), parts[1].end(),
                   [](unsigned char c) { return absl::ascii_isxdigit(c); })) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Quoted(text),
                               " is no head; write it as `acl journal verify` "
                               "prints it (`17:3f8a...`, with 64 hexadecimal "
                               "digits)"));
  }
  const std::string bytes = absl::HexStringToBytes(parts[1]);
  std::copy(bytes.begin(), bytes.end(), head.chain.begin());
  return head;
}

absl::StatusOr<VerifyReport> VerifyFolder(
    const std::string& folder, const std::optional<JournalHead>& known,
    FileSystem* files, const ProgressSink& progress) {
  const auto verify = [&]() -> absl::StatusOr<VerifyReport> {
    Verifier verifier(folder, files, progress);
    if (absl::Status s = verifier.CheckChain(known); !s.ok()) return s;
    if (absl::Status s = verifier.CheckCheckpoints(); !s.ok()) return s;
    return verifier.Take();
  };
  return ReadBesideWriter(folder, files, verify);
}

}  // namespace acl
