// Writes lines to a stream on a separate thread, so that callers never wait.
#ifndef ACL_CLI_LINE_WRITER_H_
#define ACL_CLI_LINE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "acl/background.h"

namespace acl::cli {

// If the reader of the stream is too slow, some lines are dropped, and their
// number is reported. The destructor writes what is left. Write() is
// thread-safe.
class LineWriter {
 public:
  static constexpr size_t kMaxPendingBytes = size_t{16} << 20;

  // The stream must outlive this, and must not be used by others meanwhile.
  explicit LineWriter(std::ostream* out) : out_(*out) {
    writer_.Start([this] { WritePending(); });
  }
  ~LineWriter() {
    writer_.Stop();
    WritePending();
  }
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Never waits for the stream.
  void Write(const std::string& line) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (pending_.size() + line.size() > kMaxPendingBytes) {
        ++dropped_;
        return;
      }
      absl::StrAppend(&pending_, line, "\n");
    }
    writer_.Wake();
  }

 private:
  void WritePending() {
    std::string lines;
    uint64_t dropped = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines = std::exchange(pending_, {});
      dropped = std::exchange(dropped_, 0);
    }
    out_ << lines;
    if (dropped > 0) out_ << "{\"dropped_lines\":" << dropped << "}\n";
    out_ << std::flush;
  }

  std::ostream& out_;
  std::mutex mutex_;
  std::string pending_;
  uint64_t dropped_ = 0;
  Background writer_;
};

}  // namespace acl::cli

#endif  // ACL_CLI_LINE_WRITER_H_
