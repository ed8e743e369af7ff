#include "acl/server/http/server.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/server/http/connection.h"
#include "acl/server/http/tls.h"
#include "acl/server/http/worker.h"

namespace acl {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Error = boost::system::error_code;

// After a failed accept: the missing resource won't be available at once.
constexpr std::chrono::milliseconds kAcceptPause(50);
// How long aborted connections may take to close; none needs that long.
constexpr absl::Duration kAbortWait = absl::Seconds(1);

absl::Status CheckOption(bool good, absl::string_view what) {
  if (good) return absl::OkStatus();
  return Refuse(v1::MALFORMED, absl::StrCat("http option ", what));
}

absl::Status CheckOptions(const HttpOptions& o) {
  const std::pair<bool, absl::string_view> rules[] = {
      {o.io_threads > 0, "`io_threads` is not positive"},
      {o.io_threads <= kMostIoThreads, "`io_threads` is above 256"},
      {o.waiting_threads > 0, "`waiting_threads` is not positive"},
      {o.waiting_threads <= kMostWaitingThreads,
       "`waiting_threads` is above 4096"},
      {o.max_header_bytes >= kLeastHeaderBytes,
       "`max_header_bytes` is below 256"},
      {o.max_header_bytes <= kMostHeaderBytes,
       "`max_header_bytes` is above 1 MiB"},
      {o.max_body_bytes <= kMostBodyBytes, "`max_body_bytes` is above 1 GiB"},
      {o.max_target_bytes > 0, "`max_target_bytes` is zero"},
      {o.max_connections > 0, "`max_connections` is zero"},
      {o.max_connections <= kMostConnections,
       "`max_connections` is above 1,000,000"},
      {o.max_connections_per_address > 0,
       "`max_connections_per_address` is zero"},
      {o.max_connections_per_address <= kMostConnections,
       "`max_connections_per_address` is above 1,000,000"},
      {std::min({o.header_timeout, o.body_timeout, o.queue_timeout,
                 o.write_timeout, o.idle_timeout, o.drain_timeout}) >
           absl::ZeroDuration(),
       "`..._timeout` is not positive"},
      {o.tls_certificate_file.empty() == o.tls_key_file.empty(),
       "`tls_certificate_file` needs `tls_key_file`, and the other way round"}};
  for (const auto& [good, what] : rules) {
    if (absl::Status s = CheckOption(good, what); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<asio::ip::address> ParseAddress(const std::string& text) {
  const bool brackets =
      absl::StartsWith(text, "[") && absl::EndsWith(text, "]");
  Error error;
  const asio::ip::address address = asio::ip::make_address(
      brackets ? text.substr(1, text.size() - 2) : text, error);
  if (error || (brackets && !address.is_v6())) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat("the address ", Quoted(text),
                               " is no IP address; write `127.0.0.1`, `::1`, "
                               "or `::` for all"));
  }
  return address;
}

// An IPv4 address mapped to IPv6 counts as IPv4.
asio::ip::address Plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

// The unit of the limit per address. Every IPv6 user has a whole /64.
std::string CountedAs(const asio::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return std::string(bytes.begin(), bytes.end());
  }
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

// The shortest deadline is checked several times.
absl::Duration TickOf(const HttpOptions& o) {
  const absl::Duration shortest =
      std::min({o.header_timeout, o.body_timeout, o.queue_timeout,
                o.write_timeout, o.idle_timeout, o.drain_timeout});
  return std::max(absl::Milliseconds(1),
                  std::min(absl::Milliseconds(250), shortest / 4));
}

// Blocks signals, so that threads started meanwhile leave them to the others.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpOptions& options, HttpHandler* handler)
      : state_(options, handler),
        workers_(MakeWorkers(options)),
        acceptor_(workers_[0]->context()),
        pause_(workers_[0]->context()) {}
  ~Impl() { Stop(absl::ZeroDuration()); }

  absl::Status Listen(const asio::ip::address& address);
  void Start();
  void Stop(absl::Duration grace);
  HttpCounters counters() const;

  const std::string& address() const { return address_; }
  uint16_t port() const { return port_; }
  void UseTls(TlsContext context) { state_.tls.emplace(context.release()); }

 private:
  using Workers = std::vector<std::unique_ptr<Worker>>;
  static Workers MakeWorkers(const HttpOptions& options) {
    Workers workers;
    for (int i = 0; i < options.io_threads; ++i) {
      workers.push_back(std::make_unique<Worker>(TickOf(options)));
    }
    return workers;
  }

  // The rest runs on the thread of the first worker.
  void Accept();
  void OnAccept(Error error, Tcp::socket socket, Worker* worker);
  void Admit(Tcp::socket socket, Worker* worker);

  ServerState state_;
  const Workers workers_;
  Tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  size_t next_worker_ = 0;
  std::string address_;
  uint16_t port_ = 0;

  bool started_ = false;

  std::mutex stop_mutex_;
  bool stopped_ = false;
};

absl::Status HttpServer::Impl::Listen(const asio::ip::address& address) {
  const Tcp::endpoint endpoint(address, state_.options.port);
  Error error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
  }
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  Tcp::endpoint local;
  if (!error) local = acceptor_.local_endpoint(error);
  if (error) {
    return Refuse(v1::FILE_ACCESS,
                  absl::StrCat("can't listen on ",
                               address.is_v6()
                                   ? absl::StrCat("[", address.to_string(), "]")
                                   : address.to_string(),
                               ":", endpoint.port(), ": ", error.message()));
  }
  address_ = local.address().to_string();
  port_ = local.port();
  return absl::OkStatus();
}

void HttpServer::Impl::Start() {
  for (const std::unique_ptr<Worker>& each : workers_) each->Start();
  started_ = true;
  asio::post(workers_[0]->context(), [this] { Accept(); });
}

void HttpServer::Impl::Accept() {
  Worker* const worker = workers_[next_worker_++ % workers_.size()].get();
  acceptor_.async_accept(worker->context(),
                         [this, worker](Error error, Tcp::socket socket) {
                           OnAccept(error, std::move(socket), worker);
                         });
}

void HttpServer::Impl::OnAccept(Error error, Tcp::socket socket,
                                Worker* worker) {
  if (state_.stopping || !acceptor_.is_open()) return;
  if (error) {
    ++state_.accept_failures;
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](Error) {
      if (acceptor_.is_open()) Accept();
    });
    return;
  }
  try {
    Admit(std::move(socket), worker);
  } catch (...) {  // out of memory
    ++state_.accept_failures;
  }
  Accept();
}

void HttpServer::Impl::Admit(Tcp::socket socket, Worker* worker) {
  Error error;
  const asio::ip::address peer = Plain(socket.remote_endpoint(error).address());
  if (error) return;  // the client has gone
  const std::string counted = CountedAs(peer);
  const Admission::Verdict verdict = state_.admission.Enter(counted);
  if (verdict == Admission::Verdict::kClosed) return;
  std::shared_ptr<Connection> connection;
  try {
    socket.set_option(Tcp::no_delay(true), error);
    connection = std::make_shared<Connection>(
        &state_, worker, std::move(socket), peer.to_string(), counted, verdict);
  } catch (...) {
    state_.admission.Leave(counted, verdict);
    throw;
  }
  // Sending a refusal would take a handshake.
  if (verdict == Admission::Verdict::kRefused && state_.tls.has_value()) return;
  asio::post(worker->context(), [connection] { connection->Begin(); });
}

void HttpServer::Impl::Stop(absl::Duration grace) {
  const std::lock_guard<std::mutex> lock(stop_mutex_);
  if (std::exchange(stopped_, true)) return;
  state_.stopping = true;
  if (started_) {
    std::promise<void> closed;
    asio::post(workers_[0]->context(), [&] {
      Error ignored;
      acceptor_.close(ignored);
      pause_.cancel();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  for (const auto& each : workers_) each->ForEach(&Connection::WindDown);
  state_.admission.WaitUntilEmpty(grace);

  state_.aborting = true;
  state_.handler.Abort();
  for (const auto& each : workers_) each->ForEach(&Connection::Abort);
  // Running calls of the handler finish; their answers are dropped.
  state_.pool.Join();
  state_.admission.WaitUntilEmpty(kAbortWait);
  for (const auto& each : workers_) each->Stop();
}

HttpCounters HttpServer::Impl::counters() const {
  HttpCounters counters;
  counters.connections = state_.admission.served_now();
  counters.connections_served = state_.admission.served();
  counters.connections_refused = state_.admission.refused();
  counters.accept_failures = state_.accept_failures;
  counters.requests = state_.requests;
  counters.requests_waiting = state_.waiting;
  return counters;
}

namespace {

absl::Status ThreadsFault(const HttpOptions& options,
                          const std::string& reason) {
  return Refuse(
      v1::FILE_ACCESS,
      absl::StrCat("can't start the server's ", options.io_threads, " + ",
                   options.waiting_threads, " threads: ", reason,
                   "; ask for fewer, or raise the system's limit"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpOptions& options, HttpHandler* handler) {
  if (absl::Status s = CheckOptions(options); !s.ok()) return s;
  const absl::StatusOr<asio::ip::address> address =
      ParseAddress(options.address);
  if (!address.ok()) return address.status();
  TlsContext tls;
  if (!options.tls_certificate_file.empty()) {
    absl::StatusOr<TlsContext> made =
        MakeTlsContext(options.tls_certificate_file, options.tls_key_file);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  try {
    const SignalsBlocked blocked;
    auto impl = std::make_unique<Impl>(options, handler);
    if (tls != nullptr) impl->UseTls(std::move(tls));
    if (absl::Status s = impl->Listen(*address); !s.ok()) return s;
    impl->Start();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
  } catch (const std::system_error& error) {
    return ThreadsFault(options, error.code().message());
  }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

const std::string& HttpServer::address() const { return impl_->address(); }

uint16_t HttpServer::port() const { return impl_->port(); }

void HttpServer::Stop(absl::Duration grace) { impl_->Stop(grace); }

HttpCounters HttpServer::counters() const { return impl_->counters(); }

}  // namespace acl
