// One connection of an HttpServer, and what all of them share. With Boost, and
// therefore for the sources of the server alone.
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

// Of all connections of a server. It outlives them.
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

// Every method is called on the thread of its worker, but for the constructor
// and the destructor. At most one operation of the socket is under way at any
// time, and it keeps the connection alive; so does a call of the handler.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  // `address` and `verdict` are those that were given to and by
  // `state->admission`, which the destructor tells.
  Connection(ServerState* state, Worker* worker, Socket socket,
             std::string peer, std::string address, Admission::Verdict verdict);
  ~Connection();

  // Begins, once.
  void Begin();

  // When something has to be done about it unless it moves on.
  Clock::time_point deadline() const { return deadline_; }
  // Does it. REQUIRES: the deadline is over.
  void Expire();

  // The server stops: goes away if there is no request.
  void WindDown();
  // Goes away in whatever state it is.
  void Abort();

 private:
  using Error = boost::system::error_code;
  enum class Phase {
    kHandshake,
    kReading,   // a request, or waiting for one
    kHandling,  // by a thread that may wait, or in line for one
    kWriting,   // an answer, or `100 Continue`
    kClosing,   // the end of TLS
    kDraining,  // what still comes goes nowhere
    kRefusing,  // until the client asks
    kClosed
  };
  // A request in line for a thread. Whoever claims it answers it.
  struct Job;

  // A completion handler: the next step, unless it is closed by then. What it
  // throws ends the connection.
  template <class... Args>
  auto Then(void (Connection::*step)(Args...));

  void Read();
  // Whether bytes have come for the next Read(): to a server that stops, a
  // request that has begun to come.
  bool HasUnread() const;
  void OnHandshake(Error error);
  void OnRead(Error error, size_t bytes);
  void OnRefusable(Error error);
  // Goes on with what was read.
  void Advance();
  void OnContinued(Error error, size_t bytes);

  void Dispatch();
  // On a thread that may wait.
  static void Carry(Job* job);
  void OnHandled(HttpResponse response);
  // Claims the job, unless a thread has; then nobody will answer it.
  bool DropJob();
  // What the handler answers, or its refusal; never throws.
  HttpResponse Ask(const HttpRequest& request);
  HttpResponse Refusal(int status, absl::string_view message);

  void Respond(HttpResponse response);
  void Write(const std::array<boost::asio::const_buffer, 2>& buffers,
             void (Connection::*step)(Error, size_t));
  // Answers, and closes.
  void Refuse(int status, absl::string_view message);
  void OnWritten(Error error, size_t bytes);

  // The orderly end: of TLS, then of the stream.
  void Finish();
  void OnTlsEnded(Error error);
  void Drain();
  void OnDrained(Error error, size_t bytes);
  // Closes it; the kernel goes on sending what it has, unless `reset`.
  void Close(bool reset);

  void SetDeadline(absl::Duration from_now);
  // While it reads, by what it reads.
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
  bool timed_out_ = false;     // while a request came
  bool winding_down_ = false;  // while none came

  // Of the request that is being answered.
  bool keep_alive_ = false;
  bool http_1_0_ = false;
  bool head_only_ = false;
  std::shared_ptr<Job> job_;
  std::string head_;
  HttpResponse response_;
  bool close_ = false;  // behind the answer

  bool drain_ = false;
  size_t drained_ = 0;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_CONNECTION_H_
