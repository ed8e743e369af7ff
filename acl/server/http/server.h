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

// The bounds of HttpOptions: what is beyond them is a slip of the pen.
constexpr int kMostIoThreads = 256;
constexpr int kMostWaitingThreads = 4096;
constexpr size_t kLeastHeaderBytes = 256;
constexpr size_t kMostHeaderBytes = size_t{1} << 20;
constexpr size_t kMostBodyBytes = size_t{1} << 30;
constexpr size_t kMostConnections = 1'000'000;

// Deadlines are absolute: no byte that comes or goes puts one off. They are
// looked at a few times in their length, at least four times a second; so much
// later a connection may be cut off.
struct HttpOptions {
  // An IP address of this machine; `0.0.0.0` or `::` for all of them. IPv6 with
  // or without brackets.
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any that is free

  int io_threads = 2;        // serve the connections
  int waiting_threads = 64;  // are there for what HttpHandler::MayWait()

  // In bytes.
  size_t max_header_bytes = size_t{16} << 10;  // with the first line
  size_t max_target_bytes = size_t{8} << 10;
  size_t max_body_bytes = size_t{1} << 20;
  // Read and thrown away behind a request that was refused, so that the client
  // gets to see the answer rather than a broken connection.
  size_t max_drain_bytes = size_t{4} << 20;

  // At once. Beyond them the first 64 are answered 503 when they ask, within a
  // second, and closed; more are closed at once, and so is every one with TLS.
  size_t max_connections = 1024;
  // The same for one IPv4 address or one /64 of IPv6.
  size_t max_connections_per_address = 256;

  // Until a header is there as a whole: since its first byte, of the first
  // request since the connection was accepted, with the TLS handshake.
  absl::Duration header_timeout = absl::Seconds(10);
  // Until the body is there, since the header is.
  absl::Duration body_timeout = absl::Seconds(10);
  // Until a thread is free for a request that may wait. Handle() itself is
  // never cut off.
  absl::Duration queue_timeout = absl::Seconds(10);
  // Until an answer is sent. It has to be long enough for the longest answer to
  // the slowest client.
  absl::Duration write_timeout = absl::Seconds(10);
  // Between two requests of a connection.
  absl::Duration idle_timeout = absl::Seconds(60);
  // For what max_drain_bytes is about, and for the end of TLS.
  absl::Duration drain_timeout = absl::Seconds(2);

  // PEM files: the certificate and behind it those that lead to the root; the
  // key, without a passphrase. Both or none: then there is no TLS.
  std::string tls_certificate_file;
  std::string tls_key_file;
};

struct HttpCounters {
  size_t connections = 0;           // now, without those that are being refused
  uint64_t connections_served = 0;  // in all
  uint64_t connections_refused = 0;  // in all, for their number
  uint64_t accept_failures = 0;      // e.g. for want of file descriptors
  uint64_t requests = 0;             // that came to the handler, in all
  size_t requests_waiting = 0;  // now, in a Handle() that may wait, or for one
};

// Takes for each connection at most one request at a time, and reads nothing
// behind it but what came along with it. A connection costs at most its header
// limit, its request and its answer; one that is idle about 4 KiB, with TLS
// about 75 KiB.
//
// TLS is 1.2 or 1.3, with ciphers of forward secrecy only.
//
// Thread-safe.
class HttpServer {
 public:
  // Listens. `handler` has to outlive the server. MALFORMED: the address or
  // another option. FILE_ACCESS: the address or port can't be had, a file can't
  // be read, no more threads. FILE_MALFORMED: a file holds no certificate or no
  // key, or the two don't fit.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpOptions& options, HttpHandler* handler);

  // Stops without grace.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Where it listens. The address without brackets.
  const std::string& address() const;
  uint16_t port() const;

  // Accepts nothing any more, closes idle connections, answers the requests
  // that have begun to come and closes theirs. After `grace` it closes the
  // rest. Returns when no call of the handler is under way, however long that
  // takes, and none will come. Nobody may call it from within the handler. A
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
