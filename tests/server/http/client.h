// A client that sends arbitrary bytes over a real loopback socket.
#ifndef TESTS_SERVER_HTTP_CLIENT_H_
#define TESTS_SERVER_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace acl {

// Longer than anything takes, even on a busy machine.
constexpr absl::Duration kPatience = absl::Seconds(40);

struct Reply {
  int status = 0;  // 0: there was none
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // Returns "" if there is no such header.
  std::string Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
    return "";
  }
};

// How a connection ended.
enum class End { kNone, kClosed, kReset };

class Client {
 public:
  // Creates a client that is not connected. `receive_buffer` is SO_RCVBUF in
  // bytes; 0: the default.
  explicit Client(int family = AF_INET, int receive_buffer = 0)
      : family_(family), fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_GE(fd_, 0) << strerror(errno);
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                 sizeof(receive_buffer));
    }
  }
  // Creates a client that is connected to this port on the loopback.
  static Client To(uint16_t port) {
    Client client;
    EXPECT_TRUE(client.Connect(port)) << strerror(errno);
    return client;
  }
  virtual ~Client() { Close(); }
  Client(Client&& other) noexcept
      : family_(other.family_),
        fd_(std::exchange(other.fd_, -1)),
        received_(std::move(other.received_)),
        end_(other.end_) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `from`: an IPv4 address to connect from.
  bool Connect(uint16_t port, const char* from = nullptr) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    if (from != nullptr) {
      inet_pton(AF_INET, from, &v4.sin_addr);
      if (bind(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof(v4)) != 0) {
        return false;
      }
    }
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = htons(port);
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    v6.sin6_port = htons(port);
    return family_ == AF_INET
               ? connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof(v4)) == 0
               : connect(fd_, reinterpret_cast<sockaddr*>(&v6), sizeof(v6)) ==
                     0;
  }

  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  // Tells the server that no more bytes will follow.
  void EndSending() { shutdown(fd_, SHUT_WR); }

  // Returns whether all bytes were sent. Blocks while the server does not read.
  bool Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = SendSome(bytes);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Receives the next reply. `to_head`: the reply has no body.
  Reply Receive(bool to_head = false) {
    Reply reply;
    const absl::Time deadline = absl::Now() + kPatience;
    size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!More(deadline - absl::Now())) return reply;
    }
    const std::vector<std::string> lines =
        absl::StrSplit(received_.substr(0, end), "\r\n");
    received_.erase(0, end + 4);
    size_t length = 0;
    for (size_t i = 1; i < lines.size(); ++i) {
      const std::pair<std::string, std::string> sides =
          absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
      reply.headers.push_back(sides);
    }
    if (!to_head) {
      static_cast<void>(
          absl::SimpleAtoi(reply.Header("Content-Length"), &length));
    }
    while (received_.size() < length) {
      if (!More(deadline - absl::Now())) return reply;
    }
    reply.body = received_.substr(0, length);
    received_.erase(0, length);
    // Anything that does not begin like a reply is not one.
    if (absl::StartsWith(lines[0], "HTTP/1.1 ")) {
      static_cast<void>(absl::SimpleAtoi(lines[0].substr(9, 3), &reply.status));
    }
    return reply;
  }

  Reply Ask(absl::string_view bytes) {
    static_cast<void>(Send(bytes));
    return Receive();
  }
  Reply Get(absl::string_view target) {
    return Ask(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: h\r\n\r\n"));
  }

  // Receives everything until the server ends the connection or the wait is
  // over.
  std::string ReceiveAll(absl::Duration wait = kPatience) {
    const absl::Time deadline = absl::Now() + wait;
    while (More(deadline - absl::Now())) {
    }
    return std::exchange(received_, "");
  }
  // Returns how the connection ended within the wait. Keeps the bytes that
  // arrive.
  End WaitForEnd(absl::Duration wait = kPatience) {
    const absl::Time deadline = absl::Now() + wait;
    while (More(deadline - absl::Now())) {
    }
    return end_;
  }

  int fd() const { return fd_; }

 protected:
  // Like the system calls.
  virtual ssize_t SendSome(absl::string_view bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  virtual ssize_t ReceiveSome(char* bytes, size_t size) {
    return recv(fd_, bytes, size, 0);
  }
  // Whether ReceiveSome() has buffered bytes that are no longer in the socket.
  virtual bool HasReceived() const { return false; }

 private:
  // Reads what arrives within the wait. Returns whether anything did.
  bool More(absl::Duration wait) {
    if (end_ != End::kNone || wait <= absl::ZeroDuration()) return false;
    pollfd readable = {fd_, POLLIN, 0};
    const int ms = static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1;
    if (!HasReceived() && poll(&readable, 1, ms) <= 0) return false;
    char bytes[65536];
    const ssize_t got = ReceiveSome(bytes, sizeof(bytes));
    if (got > 0) {
      received_.append(bytes, static_cast<size_t>(got));
    } else {
      end_ = got == 0 ? End::kClosed : End::kReset;
    }
    return got > 0;
  }

  int family_;
  int fd_;
  std::string received_;
  End end_ = End::kNone;
};

// Waits until the condition holds. Returns whether it does.
template <class Condition>
bool Eventually(Condition condition, absl::Duration wait = kPatience) {
  const absl::Time deadline = absl::Now() + wait;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

}  // namespace acl

#endif  // TESTS_SERVER_HTTP_CLIENT_H_
