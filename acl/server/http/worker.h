// A thread that serves connections. With Boost, and therefore for the sources
// of the server alone.
#ifndef ACL_SERVER_HTTP_WORKER_H_
#define ACL_SERVER_HTTP_WORKER_H_

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "acl/server/http/connection.h"

namespace acl {

// What one connection does happens here and nowhere else, so it needs no lock.
class Worker {
 public:
  // Looks at the deadlines every `tick`.
  explicit Worker(absl::Duration tick);
  // Stops. Connections that are left are destroyed.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Throws std::system_error if there is no thread to be had.
  void Start();
  // Waits for the thread, and does what is ready to be done; all the rest is
  // dropped with the worker. Again, does nothing.
  void Stop();

  boost::asio::io_context& context() { return context_; }

  // Calls it for each connection, on the thread. Thread-safe.
  void ForEach(void (Connection::*call)());

  // On the thread.
  void Add(Connection* connection);
  // Thread-safe.
  void Remove(Connection* connection);

  // For the header Date; on the thread.
  const std::string& Date();
  // Where bytes go that nobody wants; on the thread.
  std::array<char, 16384>& trash() { return trash_; }

 private:
  void Run();
  void Tick();
  static void Call(Connection* connection, void (Connection::*call)());
  std::vector<std::shared_ptr<Connection>> Connections();

  const absl::Duration tick_;
  std::mutex mutex_;
  absl::flat_hash_set<Connection*> connections_;
  bool ticking_ = false;  // while there are connections
  absl::Time date_second_ = absl::InfinitePast();
  std::string date_;
  std::array<char, 16384> trash_;
  // Destroyed first: it may hold the last connections.
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      guard_;
  boost::asio::steady_timer timer_;
  std::thread thread_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_WORKER_H_
