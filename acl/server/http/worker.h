// A thread that serves connections. Depends on Boost, so only the sources of
// the server include it.
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

// Everything that a connection does happens on this thread, so it needs no
// lock.
class Worker {
 public:
  // Checks the deadlines every `tick`.
  explicit Worker(absl::Duration tick);
  // Stops. Remaining connections are destroyed.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Throws std::system_error if the thread can't be created.
  void Start();
  // Joins the thread, and runs the handlers that are ready; the rest is dropped
  // with the worker. A second call does nothing.
  void Stop();

  boost::asio::io_context& context() { return context_; }

  // Calls `call` for each connection, on the worker's thread. Thread-safe.
  void ForEach(void (Connection::*call)());

  // On the worker's thread.
  void Add(Connection* connection);
  // Thread-safe.
  void Remove(Connection* connection);

  // The value of the header Date; on the worker's thread.
  const std::string& Date();
  // A buffer for bytes to be discarded; on the worker's thread.
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
