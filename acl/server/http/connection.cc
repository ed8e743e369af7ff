#include "acl/server/http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <new>

#include "acl/server/http/worker.h"

namespace acl {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// How long a client that is going to be refused has to send a request.
constexpr absl::Duration kRefusalWait = absl::Seconds(1);
constexpr size_t kRefusalsAtOnce = 64;

}  // namespace

ServerState::ServerState(const HttpOptions& with, HttpHandler* to)
    : options(with),
      limits{with.max_header_bytes, with.max_target_bytes, with.max_body_bytes},
      handler(*to),
      admission({with.max_connections, with.max_connections_per_address,
                 kRefusalsAtOnce}),
      pool(with.waiting_threads) {}

struct Connection::Job {
  std::atomic<bool> claimed{false};
  // Taken by the thread that claims the job.
  std::shared_ptr<Connection> connection;
  HttpRequest request;
};

Connection::Connection(ServerState* state, Worker* worker, Socket socket,
                       std::string peer, std::string address,
                       Admission::Verdict verdict)
    : state_(*state),
      worker_(*worker),
      peer_(std::move(peer)),
      address_(std::move(address)),
      verdict_(verdict),
      socket_(std::move(socket)),
      phase_(Phase::kReading),
      deadline_(Clock::time_point::max()),
      reader_(state->limits) {}

Connection::~Connection() {
  worker_.Remove(this);
  Error ignored;
  socket_.close(ignored);
  state_.admission.Leave(address_, verdict_);
}

template <class... Args>
auto Connection::Then(void (Connection::*step)(Args...)) {
  return [self = shared_from_this(), step](Args... args) {
    if (self->phase_ == Phase::kClosed) return;
    try {
      (self.get()->*step)(std::move(args)...);
    } catch (...) {  // out of memory
      self->Abort();
    }
  };
}

void Connection::Begin() {
  worker_.Add(this);
  if (state_.aborting) return Close(true);
  if (verdict_ == Admission::Verdict::kRefused) {
    if (state_.stopping) return OnRefusable(Error());
    phase_ = Phase::kRefusing;
    SetDeadline(kRefusalWait);
    socket_.async_wait(Socket::wait_read, Then(&Connection::OnRefusable));
    return;
  }
  if (state_.stopping && !HasUnread()) return Close(false);
  SetDeadline(state_.options.header_timeout);
  if (!state_.tls.has_value()) return Read();
  phase_ = Phase::kHandshake;
  tls_.emplace(socket_, *state_.tls);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        Then(&Connection::OnHandshake));
}

void Connection::SetDeadline(absl::Duration from_now) {
  // A later time would overflow the clock.
  const absl::Duration bounded = std::min(from_now, absl::Hours(24 * 365));
  deadline_ = Clock::now() + absl::ToChronoNanoseconds(bounded);
}

void Connection::Expire() {
  deadline_ = Clock::time_point::max();
  Error ignored;
  switch (phase_) {
    case Phase::kReading:
      if (reader_.state() == RequestReader::State::kBetween) {
        return Close(false);
      }
      timed_out_ = true;
      socket_.cancel(ignored);
      return;
    case Phase::kRefusing:
      socket_.cancel(ignored);
      return;
    case Phase::kHandling:
      if (DropJob()) {
        Respond(Refusal(503, "no thread was free for the request in time"));
      }
      return;
    case Phase::kWriting:
      // Otherwise the kernel would keep what it still has for this reader.
      return Close(true);
    case Phase::kHandshake:
    case Phase::kClosing:
    case Phase::kDraining:
      return Close(false);
    case Phase::kClosed:
      return;
  }
}

void Connection::WindDown() {
  const bool idle = phase_ == Phase::kReading &&
                    reader_.state() == RequestReader::State::kBetween;
  if (phase_ == Phase::kHandshake) return Close(false);
  if (!idle && phase_ != Phase::kRefusing) return;
  winding_down_ = true;
  Error ignored;
  socket_.cancel(ignored);
}

void Connection::Abort() { Close(true); }

void Connection::Close(bool reset) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  deadline_ = Clock::time_point::max();
  static_cast<void>(DropJob());
  Error ignored;
  if (reset) socket_.set_option(Socket::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Connection::OnHandshake(Error error) {
  if (error) return Close(false);
  phase_ = Phase::kReading;
  Read();
}

void Connection::OnRefusable(Error error) {
  if (error && error != asio::error::operation_aborted) return Close(false);
  Refuse(503, "there are too many connections");
}

void Connection::Read() {
  phase_ = Phase::kReading;
  const absl::Span<char> room = reader_.Room();
  const asio::mutable_buffer buffer(room.data(), room.size());
  if (tls_.has_value()) {
    tls_->async_read_some(buffer, Then(&Connection::OnRead));
  } else {
    socket_.async_read_some(buffer, Then(&Connection::OnRead));
  }
}

bool Connection::HasUnread() const {
  Error unknown;
  return socket_.available(unknown) > 0;
}

void Connection::OnRead(Error error, size_t bytes) {
  if (timed_out_) return Refuse(408, "the request did not come in time");
  if (error == asio::error::operation_aborted && winding_down_) {
    return HasUnread() ? Read() : Close(false);
  }
  if (error) return Close(false);
  const RequestReader::State before = reader_.state();
  reader_.Added(bytes);
  SetReadDeadline(before);
  Advance();
}

void Connection::SetReadDeadline(RequestReader::State before) {
  const RequestReader::State now = reader_.state();
  if (now == before) return;
  if (now == RequestReader::State::kHeader && !first_request_) {
    SetDeadline(state_.options.header_timeout);
  } else if (now == RequestReader::State::kBody) {
    SetDeadline(state_.options.body_timeout);
  }
}

void Connection::Advance() {
  switch (reader_.state()) {
    case RequestReader::State::kBetween:
      return state_.stopping && !HasUnread() ? Close(false) : Read();
    case RequestReader::State::kHeader:
      return Read();
    case RequestReader::State::kBody:
      if (!reader_.TakeExpectation()) return Read();
      phase_ = Phase::kWriting;
      return Write({asio::buffer(kContinue.data(), kContinue.size()), {}},
                   &Connection::OnContinued);
    case RequestReader::State::kDone:
      return Dispatch();
    case RequestReader::State::kRefused:
      return Refuse(reader_.refused_status(), reader_.refused_message());
  }
}

void Connection::OnContinued(Error error, size_t) {
  if (error) return Close(false);
  Read();
}

void Connection::Dispatch() {
  RequestReader::Incoming incoming = reader_.Take();
  keep_alive_ = incoming.keep_alive;
  http_1_0_ = incoming.http_1_0;
  head_only_ = incoming.request.method == "HEAD";
  incoming.request.peer = peer_;
  ++state_.requests;
  bool may_wait = false;
  try {
    may_wait = state_.handler.MayWait(incoming.request);
  } catch (...) {
    return Respond(Refusal(500, "internal error"));
  }
  if (!may_wait) return Respond(Ask(incoming.request));

  phase_ = Phase::kHandling;
  SetDeadline(state_.options.queue_timeout);
  job_ = std::make_shared<Job>();
  job_->request = std::move(incoming.request);
  job_->connection = shared_from_this();
  ++state_.waiting;
  asio::post(state_.pool.context(), [job = job_] { Carry(job.get()); });
}

void Connection::Carry(Job* job) {
  if (job->claimed.exchange(true)) return;
  const std::shared_ptr<Connection> connection = std::move(job->connection);
  ServerState& state = connection->state_;
  try {
    if (!state.aborting) {
      HttpResponse response = connection->Ask(job->request);
      asio::post(
          connection->worker_.context(),
          [connection, response = std::move(response)]() mutable {
            connection->Then (&Connection::OnHandled)(std::move(response));
          });
    }
  } catch (...) {
    // Out of memory: the connection ends when its last reference goes.
  }
  job->request = HttpRequest();
  --state.waiting;
}

bool Connection::DropJob() {
  const std::shared_ptr<Job> job = std::exchange(job_, nullptr);
  if (job == nullptr || job->claimed.exchange(true)) return false;
  // The job itself stays in the queue until its turn comes.
  job->connection = nullptr;
  job->request = HttpRequest();
  --state_.waiting;
  return true;
}

HttpResponse Connection::Ask(const HttpRequest& request) {
  try {
    HttpResponse response = state_.handler.Handle(request);
    if (IsSendable(response)) return response;
    return Refusal(500, "the answer can't be sent");
  } catch (const std::bad_alloc&) {
    return Refusal(500, "there is not enough memory");
  } catch (...) {
    return Refusal(500, "internal error");
  }
}

HttpResponse Connection::Refusal(int status, absl::string_view message) {
  HttpResponse response;
  try {
    response = state_.handler.Refusal(status, message, peer_);
    if (status == 503) response.headers.emplace_back("Retry-After", "1");
  } catch (...) {
    response.status = 0;
  }
  if (IsSendable(response)) return response;
  response = HttpResponse();
  response.status = status;
  return response;
}

void Connection::OnHandled(HttpResponse response) {
  job_ = nullptr;
  Respond(std::move(response));
}

void Connection::Refuse(int status, absl::string_view message) {
  keep_alive_ = false;
  head_only_ = false;
  drain_ = true;
  Respond(Refusal(status, message));
}

void Connection::Respond(HttpResponse response) {
  response_ = std::move(response);
  close_ = !keep_alive_ || state_.stopping;
  head_ = ResponseHead(response_,
                       close_      ? Persistence::kClose
                       : http_1_0_ ? Persistence::kKeepNamed
                                   : Persistence::kKeep,
                       worker_.Date());
  const bool with_body = !head_only_ && HasBody(response_.status);
  phase_ = Phase::kWriting;
  SetDeadline(state_.options.write_timeout);
  Write({asio::buffer(head_),
         with_body ? asio::buffer(response_.body) : asio::const_buffer()},
        &Connection::OnWritten);
}

void Connection::Write(const std::array<asio::const_buffer, 2>& buffers,
                       void (Connection::*step)(Error, size_t)) {
  if (tls_.has_value()) {
    asio::async_write(*tls_, buffers, Then(step));
  } else {
    asio::async_write(socket_, buffers, Then(step));
  }
}

void Connection::OnWritten(Error error, size_t) {
  if (error) return Close(false);
  response_ = HttpResponse();
  if (close_) return Finish();
  first_request_ = false;
  reader_.Added(0);
  SetDeadline(state_.options.idle_timeout);
  SetReadDeadline(RequestReader::State::kBetween);
  Advance();
}

void Connection::Finish() {
  SetDeadline(state_.options.drain_timeout);
  if (!tls_.has_value()) return Drain();
  phase_ = Phase::kClosing;
  tls_->async_shutdown(Then(&Connection::OnTlsEnded));
}

void Connection::OnTlsEnded(Error) {
  // This fails if the other side keeps sending, or goes away: no matter.
  Drain();
}

void Connection::Drain() {
  Error ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  // Closing a socket with unread bytes resets the connection, and the other
  // side may lose the answer.
  if (!drain_ && !reader_.HasMore() && !HasUnread()) return Close(false);
  phase_ = Phase::kDraining;
  socket_.async_read_some(asio::buffer(worker_.trash()),
                          Then(&Connection::OnDrained));
}

void Connection::OnDrained(Error error, size_t bytes) {
  drained_ += bytes;
  if (error || drained_ > state_.options.max_drain_bytes) return Close(false);
  socket_.async_read_some(asio::buffer(worker_.trash()),
                          Then(&Connection::OnDrained));
}

}  // namespace acl
