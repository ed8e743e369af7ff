// An HTTP/1.1 server: connections on few threads, requests to one handler.
// Internal.
#ifndef ACL_SERVER_HTTP_SERVER_H_
#define ACL_SERVER_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "acl/server/http/message.h"

namespace acl {

// The upper bounds of HttpOptions: anything above is taken for a mistake.
constexpr int kMostIoThreads = 256;
constexpr int kMostWaitingThreads = 4096;
constexpr size_t kLeastHeaderBytes = 256;
constexpr size_t kMostHeaderBytes = size_t{1} << 20;
constexpr size_t kMostBodyBytes = size_t{1} << 30;
constexpr size_t kMostConnections = 1'000'000;

// Deadlines are absolute: they are not extended when bytes arrive or are sent.
// They are checked several times within their duration, and at least four times
// a second, so a connection may be cut off that much later.
struct HttpOptions {
  // An IP address of this machine; `0.0.0.0` or `::` for all of them. IPv6
  // addresses may be in brackets.
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any that is free

  int io_threads = 2;        // serve the connections
  int waiting_threads = 64;  // for HttpHandler::MayWait()

  // In bytes.
  size_t max_header_bytes = size_t{16} << 10;  // with the first line
  size_t max_target_bytes = size_t{8} << 10;
  size_t max_body_bytes = size_t{1} << 20;
  // How much is read and discarded after a request that was refused, so that
  // the client sees the answer and not a broken connection.
  size_t max_drain_bytes = size_t{4} << 20;

  // At the same time. Of those beyond, the first 64 get a 503 if they send a
  // request within a second, and are closed; more are closed at once, and so is
  // every one with TLS.
  size_t max_connections = 1024;
  // The same for one IPv4 address or one /64 of IPv6.
  size_t max_connections_per_address = 256;

  // For a complete header, from its first byte; for the first request from
  // accepting the connection, including the TLS handshake.
  absl::Duration header_timeout = absl::Seconds(10);
  // For the body, from the end of the header.
  absl::Duration body_timeout = absl::Seconds(10);
  // For a thread to become free for a request that may block. Handle() itself
  // is never cut off.
  absl::Duration queue_timeout = absl::Seconds(10);
  // For sending an answer. It must be enough for the longest answer to the
  // slowest client.
  absl::Duration write_timeout = absl::Seconds(10);
  // Between two requests of a connection.
  absl::Duration idle_timeout = absl::Seconds(60);
  // For max_drain_bytes, and for the end of TLS.
  absl::Duration drain_timeout = absl::Seconds(2);

  // PEM files: the certificate followed by those that lead to the root; the
  // key, without a passphrase. Both, or neither for no TLS.
  std::string tls_certificate_file;
  std::string tls_key_file;
};

struct HttpCounters {
  size_t connections = 0;            // now, without those being refused
  uint64_t connections_served = 0;   // in total
  uint64_t connections_refused = 0;  // in total, because of their number
  uint64_t accept_failures = 0;      // e.g. no file descriptors left
  uint64_t requests = 0;             // that reached the handler, in total
  size_t requests_waiting = 0;       // now, in a blocking Handle(), or queued
};

// Processes at most one request per connection at a time, and reads nothing
// after it except what arrived along with it. A connection takes at most its
// header limit, its request and its answer; an idle one about 4 KiB, with TLS
// about 75 KiB.
//
// Supports TLS 1.2 and 1.3, with forward-secret ciphers only.
//
// Thread-safe.
class HttpServer {
 public:
  // Starts listening. `handler` must outlive the server. MALFORMED: the address
  // or another option. FILE_ACCESS: the address or port is not available, a
  // file can't be read, or there are not enough threads. FILE_MALFORMED: a file
  // has no certificate or no key, or they don't match.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpOptions& options, HttpHandler* handler);

  // Stops without a grace period.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The address on which it listens, without brackets.
  const std::string& address() const;
  uint16_t port() const;

  // Stops accepting, closes idle connections, answers the requests that have
  // begun to arrive and closes their connections. After `grace` it closes the
  // rest. Returns when no call of the handler is running, however long that
  // takes, and none will follow. Must not be called from within the handler. A
  // second call returns when the first does.
  void Stop(absl::Duration grace);

  HttpCounters counters() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace acl

#endif  // ACL_SERVER_HTTP_SERVER_H_
