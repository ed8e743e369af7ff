// The log of changes, read while another thread writes.
#include "acl/audit/history_log.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/durable/durable.h"
#include "tests/journal/unreadable_files.h"

namespace acl {
namespace {

using HistoryLogTest = DurableTest;

TEST_F(HistoryLogTest,
       WhenAWriterRemovesFilesBeforeItReadThemThenItBeginsAnew) {
  keep_history_ = false;
  Reopen();
  HistoryFilter by_system;
  by_system.actor = "system";
  for (const HistoryFilter& filter : {HistoryFilter(), by_system}) {
    GoOn();
    // Until the first record is read.
    for (int at = 1; at <= 3; ++at) {
      int calls = 0;
      UnreadableFiles files(files_.get(), [&] {
        if (++calls == at) GoOn();
        return false;
      });
      int entries = 0;
      const auto span = VisitHistory(kFolder, filter, &files, nullptr,
                                     [&](const HistoryEntry&) {
                                       ++entries;
                                       return absl::OkStatus();
                                     });
      ASSERT_TRUE(span.ok()) << "call " << at << ": " << span.status();
      EXPECT_EQ(span->last - span->first + 1, static_cast<uint64_t>(entries));
    }
  }
}

}  // namespace
}  // namespace acl
