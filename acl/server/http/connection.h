// One connection of an HttpServer, and the state that all of them share.
// Depends on Boost, so only the sources of the server include it.
#ifndef ACL_SERVER_HTTP_CONNECTION_H_
#define ACL_SERVER_HTTP_CONNECTION_H_

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/server/http/admission.h"
#include "acl/server/http/message.h"
#include "acl/server/http/request_reader.h"
#include "acl/server/http/response_head.h"
#include "acl/server/http/server.h"
#include "acl/server/http/thread_pool.h"

namespace acl {

class Worker;

// Shared by all connections of a server. Outlives them.
struct ServerState {
  ServerState(const HttpOptions& with, HttpHandler* to);

  const HttpOptions options;
  const RequestLimits limits;
  HttpHandler& handler;
  std::optional<boost::asio::ssl::context> tls;
  Admission admission;
  // Set once, in this order.
  std::atomic<bool> stopping{false};  // no further requests
  std::atomic<bool> aborting{false};  // no further calls of the handler
  std::atomic<uint64_t> requests{0};
  std::atomic<size_t> waiting{0};
  std::atomic<uint64_t> accept_failures{0};
  // Destroyed first: it may hold connections.
  ThreadPool pool;
};

// Every method is called on the thread of its worker, except the constructor
// and the destructor. At most one socket operation is in progress at any time,
// and it keeps the connection alive; so does a call of the handler.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  // `address` was passed to `state->admission`, which returned `verdict`; the
  // destructor calls its Leave().
  Connection(ServerState* state, Worker* worker, Socket socket,
             std::string peer, std::string address, Admission::Verdict verdict);
  ~Connection();

  // Called once.
  void Begin();

  // When to call Expire() unless there is progress.
  Clock::time_point deadline() const { return deadline_; }
  // Handles the timeout. REQUIRES: the deadline has passed.
  void Expire();

  // The server is stopping: closes the connection if there is no request.
  void WindDown();
  // Closes the connection whatever its state.
  void Abort();

 private:
  using Error = boost::system::error_code;
  enum class Phase {
    kHandshake,
    kReading,   // a request, or waiting for one
    kHandling,  // on a thread that may block, or queued for one
    kWriting,   // an answer, or `100 Continue`
    kClosing,   // the end of TLS
    kDraining,  // discards what still arrives
    kRefusing,  // until the client asks
    kClosed
  };
  // A request queued for a thread. The thread that claims it answers it.
  struct Job;

  // A completion handler: the next step, unless the connection was closed
  // meanwhile. An exception from it ends the connection.
  template <class... Args>
  auto Then(void (Connection::*step)(Args...));

  void Read();
  // Whether unread bytes have arrived: for a stopping server, a request has
  // begun to arrive.
  bool HasUnread() const;
  void OnHandshake(Error error);
  void OnRead(Error error, size_t bytes);
  void OnRefusable(Error error);
  // Continues with what was read.
  void Advance();
  void OnContinued(Error error, size_t bytes);

  void Dispatch();
  // Runs on a thread that may block.
  static void Carry(Job* job);
  void OnHandled(HttpResponse response);
  // Claims the job, unless a thread has; then it will not be answered.
  bool DropJob();
  // The handler's answer or, after an exception, its refusal; never throws.
  HttpResponse Ask(const HttpRequest& request);
  HttpResponse Refusal(int status, absl::string_view message);

  void Respond(HttpResponse response);
  void Write(const std::array<boost::asio::const_buffer, 2>& buffers,
             void (Connection::*step)(Error, size_t));
  // Sends a refusal, and closes.
  void Refuse(int status, absl::string_view message);
  void OnWritten(Error error, size_t bytes);

  // Shuts down in order: TLS, then the stream.
  void Finish();
  void OnTlsEnded(Error error);
  void Drain();
  void OnDrained(Error error, size_t bytes);
  // Closes the socket; the kernel still sends what it has, unless `reset`.
  void Close(bool reset);

  void SetDeadline(absl::Duration from_now);
  // While reading: sets the deadline for the part that is being read.
  void SetReadDeadline(RequestReader::State before);

  ServerState& state_;
  Worker& worker_;
  const std::string peer_;
  const std::string address_;
  const Admission::Verdict verdict_;
  Socket socket_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;

  Phase phase_;
  Clock::time_point deadline_;
  RequestReader reader_;
  bool first_request_ = true;
  bool timed_out_ = false;     // while a request arrived
  bool winding_down_ = false;  // while no request arrived

  // For the request that is being answered.
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool head_only_ = false;
  std::shared_ptr<Job> job_;
  std::string head_;
  HttpResponse response_;
  bool close_ = false;  // after the answer

  bool drain_ = false;
  size_t drained_ = 0;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_CONNECTION_H_
