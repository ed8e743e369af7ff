// Lines of the server's log, written by a thread of their own.
#include "acl/cli/line_writer.h"

#include <atomic>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace acl::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(LineWriter, WritesEveryLineOfManyThreadsAsAWhole) {
  std::ostringstream out;
  {
    LineWriter writer(&out);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&writer, i] {
        for (int n = 0; n < 500; ++n) writer.Write(absl::StrCat(i, "-", n));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<std::string> lines = absl::StrSplit(out.str(), '\n');
  ASSERT_EQ(lines.size(), 8u * 500 + 1);
  // The lines of one thread keep their order.
  std::vector<int> next(8);
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const int thread = lines[i][0] - '0';
    EXPECT_EQ(lines[i], absl::StrCat(thread, "-", next[thread]++));
  }
}

// Blocks until it is released.
class StuckBuffer : public std::stringbuf {
 public:
  std::atomic<bool> stuck{true};
  std::atomic<bool> reached{false};

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    reached = true;
    while (stuck) absl::SleepFor(absl::Milliseconds(1));
    return std::stringbuf::xsputn(bytes, count);
  }
};

TEST(LineWriter, NobodyWaitsForAReaderWhoIsStuckAndWhatIsLostIsCounted) {
  StuckBuffer buffer;
  std::ostream out(&buffer);
  {
    LineWriter writer(&out);
    writer.Write("first");
    while (!buffer.reached) absl::SleepFor(absl::Milliseconds(1));
    const std::string megabyte(size_t{1} << 20, 'x');
    for (int i = 0; i < 20; ++i) writer.Write(megabyte);
    buffer.stuck = false;
  }
  EXPECT_THAT(buffer.str(), HasSubstr("first\nxxx"));
  EXPECT_LE(buffer.str().size(), LineWriter::kMaxPendingBytes + 100);
  EXPECT_THAT(buffer.str(), EndsWith("\n{\"dropped_lines\":5}\n"));
}

}  // namespace
}  // namespace acl::cli
