#include "acl/cli/progress.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fmt/format.h"

namespace acl::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience(2);
constexpr std::chrono::milliseconds kTick(200);
constexpr size_t kBarWidth = 30;

}  // namespace

Progress::Progress(const Console& console, std::string what)
    : console_(console), what_(std::move(what)) {
  if (console.err_terminal) thread_ = std::thread([this] { Show(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  thread_.join();
  if (drawn_) console_.err << "\r\033[K" << std::flush;
}

ProgressSink Progress::Sink() {
  if (!thread_.joinable()) return nullptr;
  return [this](uint64_t done, uint64_t total) {
    done_.store(done, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
  };
}

void Progress::Show() {
  const Clock::time_point begin = Clock::now();
  std::unique_lock<std::mutex> lock(mutex_);
  Clock::duration wait = kPatience;
  while (!ended_.wait_for(lock, wait, [this] { return end_; })) {
    wait = kTick;
    Draw(static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin)
            .count()));
  }
}

void Progress::Draw(uint64_t seconds) {
  const uint64_t total = total_.load(std::memory_order_relaxed);
  const uint64_t done = std::min(done_.load(std::memory_order_relaxed),
                                 total == 0 ? ~uint64_t{0} : total);
  std::string line = "\r\033[K" + what_;
  if (total > 0) {
    const size_t full = static_cast<size_t>(
        static_cast<double>(done) / static_cast<double>(total) * kBarWidth);
    line += fmt::format(
        " [{}{}] {:3.0f} %", std::string(full, '#'),
        std::string(kBarWidth - full, ' '),
        100.0 * static_cast<double>(done) / static_cast<double>(total));
  } else if (done > 0) {
    line += fmt::format(" {}", done);
  }
  console_.err << line << fmt::format("  {} s", seconds) << std::flush;
  drawn_ = true;
}

}  // namespace acl::cli
