#include "acl/server/http/worker.h"

#include <chrono>

#include "acl/server/http/response_head.h"

namespace acl {

Worker::Worker(absl::Duration tick)
    : tick_(tick),
      context_(1),
      guard_(context_.get_executor()),
      timer_(context_) {}

Worker::~Worker() { Stop(); }

void Worker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Worker::Stop() {
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
  // Handlers that are ready still own sockets: of closed connections, and of
  // some that had just been accepted.
  try {
    context_.restart();
    context_.poll();
  } catch (...) {  // out of memory; they are destroyed with the context
  }
}

void Worker::Run() {
  // Exceptions of a connection are caught there. If there is no memory to start
  // one, the others continue.
  while (!context_.stopped()) {
    try {
      context_.run();
    } catch (...) {
    }
  }
}

void Worker::Add(Connection* connection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    connections_.insert(connection);
  }
  if (!ticking_) Tick();
}

void Worker::Remove(Connection* connection) {
  const std::lock_guard<std::mutex> lock(mutex_);
  connections_.erase(connection);
}

std::vector<std::shared_ptr<Connection>> Worker::Connections() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<Connection>> result;
  result.reserve(connections_.size());
  for (Connection* const each : connections_) {
    // Null if another thread is about to remove it.
    if (std::shared_ptr<Connection> held = each->weak_from_this().lock();
        held != nullptr) {
      result.push_back(std::move(held));
    }
  }
  return result;
}

void Worker::Call(Connection* connection, void (Connection::*call)()) {
  try {
    (connection->*call)();
  } catch (...) {  // out of memory
    connection->Abort();
  }
}

void Worker::ForEach(void (Connection::*call)()) {
  boost::asio::post(context_, [this, call] {
    for (const std::shared_ptr<Connection>& each : Connections()) {
      Call(each.get(), call);
    }
  });
}

void Worker::Tick() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ticking_ = !connections_.empty();
  }
  if (!ticking_) return;
  timer_.expires_after(absl::ToChronoNanoseconds(tick_));
  timer_.async_wait([this](boost::system::error_code) { Tick(); });
  const Connection::Clock::time_point now = Connection::Clock::now();
  for (const std::shared_ptr<Connection>& each : Connections()) {
    if (each->deadline() <= now) Call(each.get(), &Connection::Expire);
  }
}

const std::string& Worker::Date() {
  const absl::Time now = absl::Now();
  if (now < date_second_ || now >= date_second_ + absl::Seconds(1)) {
    date_second_ = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
    date_ = HttpDate(now);
  }
  return date_;
}

}  // namespace acl
