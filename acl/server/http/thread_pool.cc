#include "acl/server/http/thread_pool.h"

namespace acl {

ThreadPool::ThreadPool(int threads)
    : context_(threads), guard_(context_.get_executor()) {
  threads_.reserve(static_cast<size_t>(threads));
  try {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
  } catch (...) {
    Join();
    throw;
  }
}

ThreadPool::~ThreadPool() {
  context_.stop();
  Join();
}

void ThreadPool::Join() {
  guard_.reset();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace acl
