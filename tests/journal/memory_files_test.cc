// What a crash can lose and what it cannot, and calls that are made to fail.
#include "tests/journal/memory_files.h"

#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/journal/file_system.h"
#include "gtest/gtest.h"
#include "tests/base/refusal.h"

namespace acl {
namespace {

using Mode = FileSystem::Mode;
using Call = FileStep::Call;
using Contents = std::set<std::string>;

constexpr size_t kSector = MemoryFiles::kSectorBytes;

std::string Sectors(absl::string_view letters) {
  std::string bytes;
  for (const char letter : letters) bytes.append(kSector, letter);
  return bytes;
}

std::string Zeros(size_t count) { return std::string(count, '\0'); }

std::unique_ptr<File> Create(MemoryFiles* files, const std::string& path) {
  return files->Open(path, Mode::kCreate).value();
}

void Write(File* file, uint64_t offset, absl::string_view bytes) {
  ASSERT_EQ(WriteAll(file, offset, bytes), absl::OkStatus());
}

// A file whose contents and name are on the disk.
std::unique_ptr<File> Durable(MemoryFiles* files, const std::string& path,
                              absl::string_view bytes) {
  std::unique_ptr<File> file = Create(files, path);
  Write(file.get(), 0, bytes);
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(files->SyncFolder("/"), absl::OkStatus());
  return file;
}

std::string Read(MemoryFiles* files, const std::string& path) {
  const auto file = files->Open(path, Mode::kRead);
  if (!file.ok()) return "gone";
  return ReadUpTo(file->get(), 0, SIZE_MAX).value();
}

// All files of the root: `a=1 b=2`.
std::string All(MemoryFiles* files) {
  std::string all;
  const std::vector<std::string> names = files->List("/").value();
  for (const std::string& name : names) {
    absl::StrAppend(&all, all.empty() ? "" : " ", name, "=",
                    Read(files, "/" + name));
  }
  return all;
}

// The possible contents of the file after a power cut.
Contents AfterCut(const MemoryFiles& files, const std::string& path,
                  const ImageOptions& options = {}) {
  Contents contents;
  files.ForEachImage(options, [&](MemoryFiles* image) {
    contents.insert(Read(image, path));
    return true;
  });
  return contents;
}

Contents AllAfterCut(const MemoryFiles& files, bool any_names) {
  ImageOptions options;
  options.any_names = any_names;
  Contents contents;
  files.ForEachImage(options, [&](MemoryFiles* image) {
    contents.insert(All(image));
    return true;
  });
  return contents;
}

ImageCount Count(const MemoryFiles& files, const ImageOptions& options = {}) {
  return files.ForEachImage(options, [](MemoryFiles*) { return true; });
}

testing::AssertionResult IsGone(const absl::Status& status) {
  return IsRefusal(status, absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                   "the machine is gone");
}

// Contents.

TEST(PowerCut, WhatIsSyncedStays) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "synced");
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"synced"}));
  const ImageCount count = Count(files);
  EXPECT_EQ(count.visited, 1u);
  EXPECT_TRUE(count.exact);
}

TEST(PowerCut, EverySectorWrittenSinceIsOldOrNew) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", Sectors("abc"));
  Write(file.get(), kSector, Sectors("BC"));
  EXPECT_EQ(AfterCut(files, "/a"), Contents({Sectors("abc"), Sectors("aBc"),
                                             Sectors("abC"), Sectors("aBC")}));
  EXPECT_EQ(Count(files).visited, 4u);
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({Sectors("aBC")}));
}

TEST(PowerCut, ASectorIsAsAnyWriteLeftIt) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "...");
  Write(file.get(), 0, "1");
  Write(file.get(), 1, "2");
  Write(file.get(), 2, "3");
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"...", "1..", "12.", "123"}));
}

TEST(PowerCut, TheSizeMayComeBeforeTheContents) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", std::string(100, 'a'));
  Write(file.get(), 100, std::string(1000, 'b'));
  const std::string old(100, 'a');
  const std::string first = old + std::string(412, 'b');
  const std::string lost = old + Zeros(412);
  const std::string last(76, 'b');
  Contents expected = {old, first, lost};
  for (const std::string& begin : {first, lost}) {
    for (const std::string& middle : {Sectors("b"), Zeros(kSector)}) {
      expected.insert(begin + middle);
      expected.insert(begin + middle + last);
      expected.insert(begin + middle + Zeros(76));
    }
  }
  EXPECT_EQ(AfterCut(files, "/a"), expected);
  EXPECT_EQ(Count(files).visited, 2u + 2u + 4u + 8u);
}

TEST(PowerCut, TheSizeIsCutAnywhere) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "ab");
  Write(file.get(), 2, "cde");
  ImageOptions options;
  options.every_size = true;
  EXPECT_EQ(AfterCut(files, "/a", options),
            Contents({"ab", "abc", "abcd", "abcde", std::string("ab\0", 3),
                      std::string("ab\0\0", 4), std::string("ab\0\0\0", 5)}));
}

TEST(PowerCut, ATruncationMayBeLost) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "abcdef");
  EXPECT_EQ(file->Truncate(2), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"),
            Contents({"ab", "abcdef", std::string("ab\0\0\0\0", 6)}));
  Write(file.get(), 2, "xy");
  EXPECT_EQ(
      AfterCut(files, "/a"),
      Contents({"ab", "abcd", "abxy", std::string("ab\0\0", 4), "abcdef",
                std::string("ab\0\0\0\0", 6), std::string("abxy\0\0", 6)}));
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"abxy"}));
}

TEST(PowerCut, ATruncationThatWasSyncedStays) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", Sectors("abc"));
  EXPECT_EQ(file->Truncate(10), absl::OkStatus());
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(file->Truncate(2 * kSector), absl::OkStatus());
  for (const std::string& image : AfterCut(files, "/a")) {
    EXPECT_EQ(image, std::string(10, 'a') + Zeros(image.size() - 10));
  }
}

TEST(PowerCut, FilesAreIndependent) {
  MemoryFiles files;
  const auto a = Durable(&files, "/a", "1");
  const auto b = Durable(&files, "/b", "1");
  Write(a.get(), 0, "2");
  Write(b.get(), 0, "2");
  EXPECT_EQ(AllAfterCut(files, true),
            Contents({"a=1 b=1", "a=1 b=2", "a=2 b=1", "a=2 b=2"}));
}

TEST(PowerCut, AFailedSyncGivesUpWhatWasWritten) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", Sectors("ab"));
  Write(file.get(), 0, Sectors("AB"));
  files.SetSchedule(FailAt(files.steps() + 1, EIO));
  EXPECT_TRUE(IsRefusal(file->Sync(), absl::StatusCode::kUnavailable,
                        v1::FILE_ACCESS, "/a: can't sync: Input/output error"));
  EXPECT_EQ(Read(&files, "/a"), Sectors("AB"));
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({Sectors("ab"), Sectors("Ab"),
                                             Sectors("aB"), Sectors("AB")}));
  // The next process sees it, but must write it again to keep it.
  MemoryFiles next = files.AfterKill();
  const auto again = next.Open("/a", Mode::kWrite).value();
  Write(again.get(), 0, Sectors("A"));
  EXPECT_EQ(again->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(next, "/a"), Contents({Sectors("Ab"), Sectors("AB")}));
}

TEST(PowerCut, AFailedSyncGivesUpTheSize) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "");
  EXPECT_EQ(file->Truncate(3), absl::OkStatus());
  files.SetSchedule(FailAt(files.steps() + 1, EIO));
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"", Zeros(3)}));
  EXPECT_EQ(file->Truncate(2), absl::OkStatus());
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({Zeros(2)}));
}

// Names.

TEST(PowerCut, AFileWhoseFolderWasNotSyncedMayBeGone) {
  MemoryFiles files;
  const auto file = Create(&files, "/a");
  Write(file.get(), 0, "synced");
  EXPECT_EQ(file->Sync(), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"gone", "synced"}));
  EXPECT_EQ(files.SyncFolder("/"), absl::OkStatus());
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"synced"}));
}

TEST(PowerCut, ARenameMayBeUndoneInOnePiece) {
  MemoryFiles files;
  Durable(&files, "/a", "old");
  Durable(&files, "/b", "new");
  EXPECT_EQ(files.Rename("/b", "/a"), absl::OkStatus());
  EXPECT_EQ(AllAfterCut(files, true), Contents({"a=old b=new", "a=new"}));
  EXPECT_EQ(files.SyncFolder("/"), absl::OkStatus());
  EXPECT_EQ(AllAfterCut(files, true), Contents({"a=new"}));
}

TEST(PowerCut, ARemovedFileMayComeBack) {
  MemoryFiles files;
  Durable(&files, "/a", "old");
  EXPECT_EQ(files.Remove("/a"), absl::OkStatus());
  const auto file = Create(&files, "/a");
  EXPECT_EQ(AllAfterCut(files, true), Contents({"a=old", "", "a="}));
}

TEST(PowerCut, NamesAreLostFromTheEndOrAnywhere) {
  MemoryFiles files;
  Durable(&files, "/a", "1");
  EXPECT_EQ(files.Rename("/a", "/b"), absl::OkStatus());
  Create(&files, "/c");
  EXPECT_EQ(files.Rename("/b", "/d"), absl::OkStatus());
  EXPECT_EQ(AllAfterCut(files, false),
            Contents({"a=1", "b=1", "b=1 c=", "c= d=1"}));
  // A file never has two names and never has none.
  EXPECT_EQ(AllAfterCut(files, true),
            Contents({"a=1", "b=1", "d=1", "a=1 c=", "b=1 c=", "c= d=1"}));
}

TEST(PowerCut, AFolderGoesWithAllThatIsInIt) {
  MemoryFiles files;
  EXPECT_EQ(files.MakeFolder("/in"), absl::OkStatus());
  const auto file = Create(&files, "/in/a");
  EXPECT_EQ(files.SyncFolder("/in"), absl::OkStatus());
  Contents seen;
  const ImageCount count = files.ForEachImage({}, [&](MemoryFiles* image) {
    seen.insert(image->DebugString());
    return true;
  });
  EXPECT_EQ(seen, Contents({"", "/in\n/in/a: 0 bytes\n"}));
  EXPECT_EQ(count.visited, 2u);
}

// Crashes.

TEST(Crash, AfterItNothingIsDone) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "1");
  const auto lock = files.TakeLock("/a").value();
  files.SetSchedule(CrashAt(files.steps() + 1));
  EXPECT_TRUE(IsGone(files.Rename("/a", "/b")));
  EXPECT_TRUE(files.crashed());
  const std::string before = files.DebugString();
  EXPECT_TRUE(IsGone(file->Write(0, "2").status()));
  EXPECT_TRUE(IsGone(file->Sync()));
  EXPECT_TRUE(IsGone(file->Truncate(0)));
  EXPECT_TRUE(IsGone(file->Size().status()));
  char byte;
  EXPECT_TRUE(IsGone(file->Read(0, &byte, 1).status()));
  EXPECT_TRUE(IsGone(files.Open("/a", Mode::kRead).status()));
  EXPECT_TRUE(IsGone(files.Open("/c", Mode::kCreate).status()));
  EXPECT_TRUE(IsGone(files.MakeFolder("/c")));
  EXPECT_TRUE(IsGone(files.List("/").status()));
  EXPECT_TRUE(IsGone(files.Remove("/a")));
  EXPECT_TRUE(IsGone(files.SyncFolder("/")));
  EXPECT_TRUE(IsGone(files.TakeLock("/a").status()));
  EXPECT_TRUE(IsGone(files.TakeLock("/c").status()));
  EXPECT_EQ(files.DebugString(), before);
  MemoryFiles next = files.AfterKill();
  EXPECT_FALSE(next.crashed());
  EXPECT_EQ(All(&next), "a=1");
}

TEST(Crash, AWriteInFlightIsCutAtAnyByte) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "ab");
  files.SetSchedule(CrashAt(files.steps() + 1));
  EXPECT_TRUE(IsGone(file->Write(1, "BCD").status()));
  EXPECT_EQ(files.in_flight_bytes(), 3u);
  Contents killed;
  for (size_t i = 0; i <= files.in_flight_bytes(); ++i) {
    MemoryFiles next = files.AfterKill(i);
    killed.insert(Read(&next, "/a"));
  }
  EXPECT_EQ(killed, Contents({"ab", "aB", "aBC", "aBCD"}));
  EXPECT_EQ(AfterCut(files, "/a"),
            Contents({"ab", "aB", "aBC", "aBCD", std::string("ab\0\0", 4)}));
}

TEST(Crash, WhatWasKilledIsStillNotSynced) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "1");
  Write(file.get(), 0, "2");
  EXPECT_EQ(files.Rename("/a", "/b"), absl::OkStatus());
  MemoryFiles next = files.AfterKill();
  EXPECT_EQ(All(&next), "b=2");
  EXPECT_EQ(AllAfterCut(next, true), Contents({"a=1", "a=2", "b=1", "b=2"}));
}

TEST(Crash, AScheduleSeesEveryCrashInOneRun) {
  MemoryFiles files;
  std::vector<std::pair<Call, Contents>> crashes;
  files.SetSchedule([&](const FileStep& step) {
    EXPECT_EQ(step.number, crashes.size() + 1);
    const MemoryFiles crashed = files.CrashedAt(step);
    EXPECT_TRUE(crashed.crashed());
    crashes.emplace_back(step.call, AllAfterCut(crashed, true));
    return StepOutcome();
  });
  Durable(&files, "/a", "12");
  const std::vector<std::pair<Call, Contents>> expected = {
      {Call::kCreate, {""}},
      {Call::kWrite, {"", "a=", "a=1", "a=12", "a=" + Zeros(2)}},
      {Call::kSync, {"", "a=", "a=12", "a=" + Zeros(2)}},
      {Call::kSyncFolder, {"", "a=12"}}};
  EXPECT_EQ(crashes, expected);
  EXPECT_EQ(files.steps(), 4u);
}

TEST(Crash, AnImageIsAFileSystemOfItsOwn) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "1");
  const auto lock = files.TakeLock("/a").value();
  Write(file.get(), 0, "2");
  uint64_t images = 0;
  Contents seen;
  files.ForEachImage({}, [&](MemoryFiles* image) {
    ++images;
    EXPECT_NE(image->TakeLock("/a").value(), nullptr);
    const auto again = image->Open("/a", Mode::kWrite).value();
    Write(again.get(), 1, "3");
    image->SetSchedule(CrashAt(2));
    EXPECT_TRUE(IsGone(again->Sync()));
    for (const std::string& bytes : AfterCut(*image, "/a")) seen.insert(bytes);
    return true;
  });
  EXPECT_EQ(images, 2u);
  EXPECT_EQ(seen, Contents({"1", "2", "13", "23", std::string("1\0", 2),
                            std::string("2\0", 2)}));
  EXPECT_EQ(Read(&files, "/a"), "2");
  EXPECT_EQ(files.TakeLock("/a").value(), nullptr);
}

// Calls that fail.

TEST(Faults, ACallFailsAndChangesNothing) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "1");
  const auto next = [&](int error) {
    files.SetSchedule(FailAt(files.steps() + 1, error));
  };
  const auto failed = [](const absl::Status& status, absl::string_view words) {
    return IsRefusal(status, absl::StatusCode::kUnavailable, v1::FILE_ACCESS,
                     words);
  };
  next(EIO);
  EXPECT_TRUE(
      failed(files.Rename("/a", "/b"), "/a: can't rename: Input/output error"));
  next(EIO);
  EXPECT_TRUE(
      failed(files.Remove("/a"), "/a: can't remove: Input/output error"));
  next(EIO);
  EXPECT_TRUE(failed(files.MakeFolder("/b"), "/b: can't make the folder: "));
  next(EIO);
  EXPECT_TRUE(failed(files.SyncFolder("/"), "/: can't sync: Input/output"));
  next(EIO);
  EXPECT_TRUE(failed(files.Open("/b", Mode::kCreate).status(),
                     "/b: can't create: Input/output error"));
  next(EIO);
  EXPECT_TRUE(failed(files.TakeLock("/b").status(), "/b: can't open: "));
  next(EIO);
  EXPECT_TRUE(failed(file->Truncate(0), "/a: can't truncate: "));
  next(EIO);
  EXPECT_TRUE(failed(file->Write(0, "2").status(), "/a: can't write: "));
  EXPECT_EQ(All(&files), "a=1");
}

TEST(Faults, AFullDiskMayTakeTheBeginning) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "");
  files.SetSchedule(FailAt(files.steps() + 1, ENOSPC, 3));
  EXPECT_TRUE(IsRefusal(WriteAll(file.get(), 0, "abcdef"),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "/a: can't write: No space left on device; make room"));
  EXPECT_EQ(Read(&files, "/a"), "abc");
  files.SetSchedule(FailAt(files.steps() + 1, ENOSPC));
  EXPECT_TRUE(IsRefusal(files.Open("/b", Mode::kCreate),
                        absl::StatusCode::kResourceExhausted, v1::DISK_FULL,
                        "/b: can't create: "));
  files.SetSchedule(FailAt(files.steps() + 1, ENOSPC));
  EXPECT_TRUE(IsRefusal(file->Sync(), absl::StatusCode::kUnavailable,
                        v1::FILE_ACCESS, "/a: can't sync: No space"));
}

TEST(Faults, ShortWritesAreContinued) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "");
  files.SetSchedule(ShortWrites(2));
  EXPECT_EQ(*file->Write(0, "abcde"), 2u);
  const uint64_t before = files.steps();
  Write(file.get(), 0, "ABCDE");
  EXPECT_EQ(files.steps() - before, 3u);
  EXPECT_EQ(Read(&files, "/a"), "ABCDE");
  files.SetSchedule(ShortWrites(0));
  EXPECT_EQ(*file->Write(0, "xyz"), 1u);
}

TEST(Faults, BytesAreDamagedInPlace) {
  MemoryFiles files;
  Durable(&files, "/a", "abc");
  EXPECT_EQ(files.MutableBytes("/b"), nullptr);
  EXPECT_EQ(files.MutableBytes("/"), nullptr);
  const MemoryFiles copy = files.AfterKill();
  (*files.MutableBytes("/a"))[1] ^= 1;
  files.MutableBytes("/a")->pop_back();
  EXPECT_EQ(Read(&files, "/a"), "ac");
  EXPECT_EQ(AfterCut(files, "/a"), Contents({"ac"}));
  EXPECT_EQ(AfterCut(copy, "/a"), Contents({"abc"}));
}

// Sampling.

TEST(Sampling, DrawsAsManyAsWereAskedFor) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", Sectors("abcdefghijklmnopqrst"));
  Write(file.get(), 0, Sectors("ABCDEFGHIJKLMNOPQRST"));
  ImageOptions options;
  options.exact_limit = 1000;
  options.samples = 300;
  const ImageCount count = Count(files, options);
  EXPECT_EQ(count.visited, 300u);
  EXPECT_FALSE(count.exact);
  const Contents contents = AfterCut(files, "/a", options);
  EXPECT_GT(contents.size(), 100u);
  EXPECT_EQ(contents.count(Sectors("ABCDEFGHIJKLMNOPQRST")), 1u);
  EXPECT_EQ(contents.count(Sectors("abcdefghijklmnopqrst")), 1u);
  EXPECT_EQ(AfterCut(files, "/a", options), contents);
  options.seed = 2;
  EXPECT_NE(AfterCut(files, "/a", options), contents);
}

TEST(Sampling, DrawsNothingThatIsNotThere) {
  MemoryFiles files;
  const auto a = Durable(&files, "/a", std::string(700, 'a'));
  const auto b = Create(&files, "/b");
  Write(a.get(), 690, std::string(20, 'b'));
  EXPECT_EQ(a->Truncate(695), absl::OkStatus());
  Write(b.get(), 0, "12");
  EXPECT_EQ(files.Rename("/b", "/c"), absl::OkStatus());
  const auto draw = [&](uint64_t limit, uint64_t samples) {
    ImageOptions options;
    options.exact_limit = limit;
    options.samples = samples;
    options.every_size = true;
    Contents contents;
    const ImageCount count =
        files.ForEachImage(options, [&](MemoryFiles* image) {
          contents.insert(All(image));
          return true;
        });
    EXPECT_EQ(count.exact, limit > 10);
    return contents;
  };
  // Enough random images find every state, and nothing else.
  EXPECT_EQ(draw(1 << 20, 0), draw(10, 100000));
}

TEST(Sampling, LongWritesInFlightAreCutByChance) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", "");
  files.SetSchedule(CrashAt(files.steps() + 1));
  EXPECT_TRUE(IsGone(file->Write(0, std::string(5000, 'x')).status()));
  ImageOptions options;
  options.exact_limit = 100;
  options.samples = 50;
  EXPECT_EQ(Count(files, options).visited, 100u);
  EXPECT_FALSE(Count(files, options).exact);
}

TEST(Sampling, EndsWhenTheVisitorHasEnough) {
  MemoryFiles files;
  const auto file = Durable(&files, "/a", Sectors("abcdefghijkl"));
  Write(file.get(), 0, Sectors("ABCDEFGHIJKL"));
  for (const uint64_t limit : {10, 1 << 20}) {
    ImageOptions options;
    options.exact_limit = limit;
    uint64_t left = 5;
    const ImageCount count =
        files.ForEachImage(options, [&](MemoryFiles*) { return --left > 0; });
    EXPECT_EQ(count.visited, 5u);
    EXPECT_EQ(left, 0u);
  }
}

TEST(DebugString, TellsWhatIsNotDurable) {
  MemoryFiles files;
  const auto a = Durable(&files, "/a", "1");
  Write(a.get(), 1, "2");
  EXPECT_EQ(files.MakeFolder("/in"), absl::OkStatus());
  EXPECT_EQ(files.DebugString(),
            "/a: 2 bytes, 1 sectors unsynced, synced size 1\n"
            "/in, name unsynced\n");
}

}  // namespace
}  // namespace acl
