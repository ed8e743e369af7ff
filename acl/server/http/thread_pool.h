// Threads for work that may block. Internal.
#ifndef ACL_SERVER_HTTP_THREAD_POOL_H_
#define ACL_SERVER_HTTP_THREAD_POOL_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

namespace acl {

// Runs what is posted to its context. (The constructor of
// boost::asio::thread_pool waits for ever if only some of the threads can be
// created.)
class ThreadPool {
 public:
  // Throws std::system_error if that many threads can't be created; none is
  // left running then.
  explicit ThreadPool(int threads);
  // Drops what has not started, and waits for what has.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  boost::asio::io_context& context() { return context_; }

  // Waits until everything that was posted is done. A second call does nothing.
  void Join();

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      guard_;
  std::vector<std::thread> threads_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_THREAD_POOL_H_
