// Turns bytes into requests: what is read, what is refused, and that the result
// does not depend on how the bytes are split.
#include "acl/server/http/request_reader.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr absl::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n";

// The result of reading a connection.
struct Outcome {
  std::vector<RequestReader::Incoming> requests;
  RequestReader::State state;  // after the last byte
  int status = 0;
  std::string message;
};

// Feeds `bytes` to a reader, in pieces of `piece()` bytes each.
template <class Piece>
Outcome ReadInPieces(absl::string_view bytes, Piece piece,
                     const RequestLimits& limits) {
  RequestReader reader(limits);
  Outcome outcome;
  for (;;) {
    if (reader.state() == RequestReader::State::kDone) {
      outcome.requests.push_back(reader.Take());
      reader.Added(0);
      continue;
    }
    if (bytes.empty() || reader.state() == RequestReader::State::kRefused) {
      break;
    }
    const absl::Span<char> room = reader.Room();
    EXPECT_FALSE(room.empty());
    const size_t size = std::min({bytes.size(), room.size(), piece()});
    std::memcpy(room.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    reader.Added(size);
  }
  outcome.state = reader.state();
  outcome.status = reader.refused_status();
  outcome.message = reader.refused_message();
  return outcome;
}

// Everything that can be observed.
std::string Text(const Outcome& outcome) {
  std::string text;
  for (const RequestReader::Incoming& each : outcome.requests) {
    absl::StrAppend(&text, each.request.method, " ", each.request.target,
                    each.http_1_0 ? " 1.0 " : " 1.1 ",
                    each.keep_alive ? "keep" : "close", "\n");
    for (const auto& [name, value] : each.request.headers) {
      absl::StrAppend(&text, name, "=", value, "\n");
    }
    absl::StrAppend(&text, each.request.body, "\n");
  }
  return absl::StrCat(text, static_cast<int>(outcome.state), " ",
                      outcome.status, " ", outcome.message);
}

// Reads at once, byte by byte and in random pieces; all must have the same
// result.
Outcome Read(absl::string_view bytes, const RequestLimits& limits = {}) {
  const Outcome whole = ReadInPieces(
      bytes, [] { return SIZE_MAX; }, limits);
  const Outcome single = ReadInPieces(
      bytes, [] { return size_t{1}; }, limits);
  EXPECT_EQ(Text(single), Text(whole));
  std::minstd_rand random(static_cast<unsigned>(bytes.size()));
  const Outcome pieces = ReadInPieces(
      bytes, [&] { return size_t{1} + random() % 40; }, limits);
  EXPECT_EQ(Text(pieces), Text(whole));
  return whole;
}

// The only request in `bytes`, with nothing after it.
RequestReader::Incoming One(absl::string_view bytes) {
  Outcome outcome = Read(bytes);
  EXPECT_EQ(outcome.state, RequestReader::State::kBetween) << Text(outcome);
  if (outcome.requests.size() != 1) {
    ADD_FAILURE() << Text(outcome);
    return {};
  }
  return std::move(outcome.requests[0]);
}

testing::AssertionResult IsRefused(absl::string_view bytes, int status,
                                   absl::string_view words,
                                   const RequestLimits& limits = {}) {
  const Outcome outcome = Read(bytes, limits);
  if (outcome.requests.empty() && outcome.status == status &&
      outcome.state == RequestReader::State::kRefused &&
      absl::StrContains(outcome.message, words)) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << Text(outcome);
}

TEST(RequestReader, ARequestComesAsItWasSent) {
  const HttpRequest request =
      One("POST /a%20b?c HTTP/1.1\r\nHost: here\r\nX-A:  one \t\r\nx-a:two\r\n"
          "Content-Length: 3\r\n\r\na\r\n")
          .request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a%20b?c");
  EXPECT_THAT(request.headers,
              ElementsAre(Pair("Host", "here"), Pair("X-A", "one"),
                          Pair("x-a", "two"), Pair("Content-Length", "3")));
  EXPECT_EQ(request.body, "a\r\n");
}

TEST(RequestReader, AMethodIsAnyToken) {
  for (const absl::string_view method : {"GET", "get", "A!#$%&'*+-.^_`|~9"}) {
    EXPECT_EQ(One(absl::StrCat(method, " / HTTP/1.1\r\nHost:\r\n\r\n"))
                  .request.method,
              method);
  }
  for (const absl::string_view method :
       {"", "G T", "GET\t", "G(", "G\"", "G/", "\xc3\xa4", "GET:"}) {
    EXPECT_TRUE(IsRefused(absl::StrCat(method, " / HTTP/1.1\r\nHost:\r\n\r\n"),
                          400, "malformed request"))
        << method;
  }
}

TEST(RequestReader, TheFirstLineHasOneForm) {
  for (const absl::string_view line :
       {"GET /", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ",
        "GET\t/ HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1.",
        "GET / HTTP/1.10", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.2",
        "GET /a b HTTP/1.1", "GET HTTP/1.1", "GET", " GET / HTTP/1.1",
        "/ HTTP/1.1", "HTTP/1.1 200 OK"}) {
    EXPECT_TRUE(IsRefused(absl::StrCat(line, "\r\nHost: h\r\n\r\n"), 400,
                          "malformed request"))
        << line;
  }
}

TEST(RequestReader, Http2AndTlsAreRefusedAtOnce) {
  EXPECT_TRUE(IsRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400,
                        "it is not HTTP/1.1 or HTTP/1.0"));
  EXPECT_TRUE(IsRefused("\x16\x03\x01", 400, "a control character"));
}

TEST(RequestReader, LinesEndInCrlfOnly) {
  for (const absl::string_view bytes :
       {"GET / HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\r\nHost: h\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\rC: d\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "GET /\rHTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\r",
        "GET / HTTP/1.1\r\nHost: h\r\nA:\n b\r\n\r\n"}) {
    EXPECT_TRUE(IsRefused(bytes, 400, "ends otherwise than in CRLF")) << bytes;
  }
  EXPECT_TRUE(IsRefused("\r\nGET / HTTP/1.1\r\n", 400, "an empty line before"));
}

TEST(RequestReader, FoldedLinesAreRefused) {
  for (const absl::string_view fold : {" b", "\tb", " ", " A: b"}) {
    EXPECT_TRUE(IsRefused(absl::StrCat(kGet, "A: a\r\n", fold, "\r\n\r\n"), 400,
                          "begins with white space"));
    EXPECT_TRUE(IsRefused(
        absl::StrCat("GET / HTTP/1.1\r\n", fold, "\r\nHost: h\r\n\r\n"), 400,
        "begins with white space"));
  }
}

TEST(RequestReader, ControlCharactersAreRefused) {
  for (int c = 0; c < 256; ++c) {
    const std::string byte(1, static_cast<char>(c));
    const std::string value = absl::StrCat(kGet, "A: b", byte, "c\r\n\r\n");
    const std::string target =
        absl::StrCat("GET /", byte, "c HTTP/1.1\r\nHost: h\r\n\r\n");
    const bool control = c < 0x20 || c == 0x7f;
    if (control && c != '\t') {
      EXPECT_TRUE(IsRefused(value, 400, "malformed request")) << c;
    } else {
      EXPECT_EQ(One(value).request.headers[1].second,
                absl::StrCat("b", byte, "c"));
    }
    if (control || c == ' ') {
      EXPECT_TRUE(IsRefused(target, 400, "malformed request")) << c;
    } else {
      EXPECT_EQ(One(target).request.target, absl::StrCat("/", byte, "c"));
    }
  }
}

TEST(RequestReader, AHeaderIsANameAColonAndAValue) {
  for (const absl::string_view line :
       {"A", "A b", ": b", "A : b", "A\t: b", "A(: b", "\xc3\xa4: b",
        "\"A\": b", "A/B: c"}) {
    EXPECT_TRUE(IsRefused(absl::StrCat(kGet, line, "\r\n\r\n"), 400,
                          "malformed request"))
        << line;
  }
  EXPECT_THAT(One(absl::StrCat(kGet, "A:\r\nB: \t c \t \r\nC:d: e\r\n\r\n"))
                  .request.headers,
              ElementsAre(Pair("Host", "h"), Pair("A", ""), Pair("B", "c"),
                          Pair("C", "d: e")));
}

TEST(RequestReader, HeadersAreFoundInWhateverCaseTheFirstFirst) {
  const HttpRequest request =
      One(absl::StrCat(kGet, "Accept: a\r\naccept: b\r\n\r\n")).request;
  ASSERT_NE(request.Header("ACCEPT"), nullptr);
  EXPECT_EQ(*request.Header("ACCEPT"), "a");
  EXPECT_EQ(request.Header("Accept-Language"), nullptr);
}

TEST(RequestReader, Http11NeedsExactlyOneHost) {
  EXPECT_TRUE(IsRefused("GET / HTTP/1.1\r\n\r\n", 400, "no `Host`"));
  EXPECT_TRUE(IsRefused(absl::StrCat(kGet, "host: h\r\n\r\n"), 400,
                        "`Host` comes twice"));
  EXPECT_EQ(One("GET / HTTP/1.0\r\n\r\n").request.target, "/");
  EXPECT_TRUE(IsRefused("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400,
                        "`Host` comes twice"));
}

TEST(RequestReader, WhatMustNotComeTwiceIsRefused) {
  for (const absl::string_view header :
       {"Authorization: Bearer a", "Content-Type: a/b", "Content-Length: 0",
        "Expect: 100-continue"}) {
    EXPECT_TRUE(
        IsRefused(absl::StrCat(kGet, header, "\r\n", header, "\r\n\r\n"), 400,
                  "comes twice"))
        << header;
  }
}

TEST(RequestReader, ConnectionsAreKeptAsTheyAsk) {
  struct Case {
    absl::string_view version, headers;
    bool keep;
  };
  for (const Case& c : std::vector<Case>{
           {"1.1", "", true},
           {"1.1", "Connection: close\r\n", false},
           {"1.1", "Connection: Keep-Alive\r\n", true},
           {"1.1", "Connection: a, CLOSE ,b\r\n", false},
           {"1.1", "Connection: keep-alive\r\nConnection: close\r\n", false},
           {"1.1", "Connection: closed\r\n", true},
           {"1.0", "", false},
           {"1.0", "Connection: keep-alive\r\n", true},
           {"1.0", "Connection: keep-alive, close\r\n", false}}) {
    const RequestReader::Incoming one = One(absl::StrCat(
        "GET / HTTP/", c.version, "\r\nHost: h\r\n", c.headers, "\r\n"));
    EXPECT_EQ(one.keep_alive, c.keep) << c.version << c.headers;
    EXPECT_EQ(one.http_1_0, c.version == "1.0");
  }
  EXPECT_TRUE(IsRefused(absl::StrCat(kGet, "Connection: a b\r\n\r\n"), 400,
                        "malformed request"));
}

TEST(RequestReader, ABodyIsAsLongAsItSays) {
  std::string body = "a\r\n\r\n";
  body.push_back('\0');
  body += "\xff GET / HTTP/1.1";
  EXPECT_EQ(
      One(absl::StrCat(kGet, "Content-Length: ", body.size(), "\r\n\r\n", body))
          .request.body,
      body);
  EXPECT_EQ(One(absl::StrCat(kGet, "content-length: 000\r\n\r\n")).request.body,
            "");
  const std::string large(100000, 'x');
  EXPECT_EQ(One(absl::StrCat(kGet, "Content-Length: 100000\r\n\r\n", large))
                .request.body,
            large);
}

TEST(RequestReader, AWrongLengthIsRefused) {
  for (const absl::string_view length :
       {"", "-1", "+1", "1a", "0x1", "1 1", "1,1", "1, 1", "1.0", "١",
        "18446744073709551616", "99999999999999999999"}) {
    EXPECT_TRUE(
        IsRefused(absl::StrCat(kGet, "Content-Length: ", length, "\r\n\r\nab"),
                  400, "malformed request"))
        << length;
  }
  for (const absl::string_view two : {"1\r\nContent-Length: 2", "1, 2"}) {
    EXPECT_TRUE(
        IsRefused(absl::StrCat(kGet, "Content-Length: ", two, "\r\n\r\nab"),
                  400, "malformed request"))
        << two;
  }
}

TEST(RequestReader, ALengthBesideChunksIsRefusedInEitherOrder) {
  for (const absl::string_view headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n"}) {
    EXPECT_TRUE(IsRefused(absl::StrCat(kGet, headers, "\r\n0\r\n\r\n"), 400,
                          "malformed request"))
        << headers;
  }
}

TEST(RequestReader, AnyTransferCodingButChunkedIsRefused) {
  for (const absl::string_view coding :
       {"gzip", "identity", "gzip, chunked", "chunked, gzip", "xchunked",
        "chunked;a=b", "\"chunked\"", "chunked,", ""}) {
    EXPECT_TRUE(IsRefused(
        absl::StrCat(kGet, "Transfer-Encoding: ", coding, "\r\n\r\n0\r\n\r\n"),
        501, "`chunked`"))
        << coding;
  }
  EXPECT_TRUE(IsRefused(absl::StrCat(kGet,
                                     "Transfer-Encoding: chunked\r\n"
                                     "Transfer-Encoding: chunked\r\n\r\n"),
                        400, "malformed request"));
  EXPECT_TRUE(IsRefused(
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
      "`Transfer-Encoding` in HTTP/1.0"));
}

std::string Chunked(absl::string_view body) {
  return absl::StrCat(kGet, "Transfer-Encoding: Chunked\r\n\r\n", body);
}

TEST(RequestReader, ChunksBecomeOneBody) {
  EXPECT_EQ(One(Chunked("0\r\n\r\n")).request.body, "");
  EXPECT_EQ(One(Chunked("3\r\nabc\r\n00002\r\n\r\n\r\nA\r\n0123456789\r\n"
                        "000\r\n\r\n"))
                .request.body,
            "abc\r\n0123456789");
  std::string many, whole;
  for (int i = 0; i < 5000; ++i) {
    many += "1\r\nx\r\n";
    whole += "x";
  }
  EXPECT_EQ(One(Chunked(many + "0\r\n\r\n")).request.body, whole);
}

TEST(RequestReader, BadChunksAreRefused) {
  for (const absl::string_view body : {"\r\n",
                                       "g\r\n",
                                       "-1\r\na\r\n",
                                       "0x1\r\na\r\n",
                                       " 1\r\na\r\n",
                                       "1 \r\na\r\n",
                                       "1\nab\r\n0\r\n\r\n",
                                       "1\r\nabc\r\n0\r\n\r\n",
                                       "1\r\na\n0\r\n\r\n",
                                       "1\r\na0\r\n\r\n",
                                       "10000000000000000\r\n",
                                       "fffffffffffffffff\r\n",
                                       "1\ra\r\n",
                                       "0\r\nA\r\n\r\n",
                                       "0\r\nA b: c\r\n\r\n",
                                       "0\r\nContent-Length: 5\r\n\r\n",
                                       "00000000000000001\r\na\r\n",
                                       "0\r\nA: b\r\n\r\n",
                                       "0\r\n\n",
                                       "0\r\n\r\r"}) {
    EXPECT_TRUE(IsRefused(Chunked(body), 400, "malformed request: ")) << body;
  }
}

TEST(RequestReader, ChunkExtensionsAreRefused) {
  for (const absl::string_view extension :
       {";a", ";a=b", " ;a=\"b\"", ";a=\"\n\"", ";", ";a=\"\r\n0\r\n\r\n\""}) {
    EXPECT_TRUE(
        IsRefused(Chunked(absl::StrCat("1", extension, "\r\na\r\n0\r\n\r\n")),
                  400, "malformed request"))
        << extension;
    EXPECT_TRUE(IsRefused(Chunked(absl::StrCat("0", extension, "\r\n\r\n")),
                          400, "malformed request"))
        << extension;
  }
}

TEST(RequestReader, RequestsInARowComeOneByOne) {
  const Outcome outcome = Read(absl::StrCat(
      kGet, "\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
      Chunked("1\r\nd\r\n0\r\n\r\n"), "GET /d HTTP/1.1\r\nHo"));
  ASSERT_EQ(outcome.requests.size(), 3u);
  EXPECT_EQ(outcome.requests[1].request.body, "abc");
  EXPECT_EQ(outcome.requests[2].request.body, "d");
  EXPECT_EQ(outcome.state, RequestReader::State::kHeader);
}

TEST(RequestReader, WhatFollowsABadRequestIsNotRead) {
  const Outcome outcome =
      Read(absl::StrCat(kGet, "\r\nGET / HTTP/1.1\r\n\r\n", kGet, "\r\n"));
  EXPECT_EQ(outcome.requests.size(), 1u);
  EXPECT_EQ(outcome.state, RequestReader::State::kRefused);
}

TEST(RequestReader, LongTargetsAndHeadersAreRefused) {
  RequestLimits limits;
  limits.header = 1000;
  limits.target = 300;
  const auto get = [](size_t target, size_t header) {
    return absl::StrCat("GET /", std::string(target - 1, 'a'),
                        " HTTP/1.1\r\nHost: h\r\nA: ", std::string(header, 'b'),
                        "\r\n\r\n");
  };
  EXPECT_EQ(Read(get(300, 100), limits).requests.size(), 1u);
  EXPECT_TRUE(IsRefused(get(301, 100), 414, "more than 300 bytes", limits));
  EXPECT_TRUE(IsRefused(get(5000, 100), 414, "more than 300 bytes", limits));
  const size_t rest = get(1, 0).size();
  EXPECT_EQ(Read(get(1, 1000 - rest), limits).requests.size(), 1u);
  EXPECT_TRUE(IsRefused(get(1, 1001 - rest), 431, "more than 1000", limits));
  // Neither of them ends.
  EXPECT_TRUE(IsRefused(std::string(5000, 'A'), 414, "more than 300", limits));
  std::string endless(kGet);
  for (int i = 0; i < 500; ++i) endless += "A: b\r\n";
  EXPECT_TRUE(IsRefused(endless, 431, "more than 1000", limits));
}

TEST(RequestReader, ManyHeadersAreRefused) {
  std::string request(kGet);
  for (size_t i = 1; i < kMaxHeaders; ++i) request += "A:\r\n";
  EXPECT_EQ(One(request + "\r\n").request.headers.size(), kMaxHeaders);
  EXPECT_TRUE(IsRefused(request + "A:\r\n\r\n", 431, "more than 100 headers"));
}

TEST(RequestReader, LongBodiesAreRefusedBeforeTheyCome) {
  RequestLimits limits;
  limits.body = 10;
  const std::string length = absl::StrCat(kGet, "Content-Length: ");
  EXPECT_EQ(Read(length + "10\r\n\r\n0123456789", limits).requests.size(), 1u);
  EXPECT_TRUE(IsRefused(length + "11\r\n\r\n", 413, "more than 10", limits));
  EXPECT_TRUE(IsRefused(Chunked("b\r\n"), 413, "more than 10", limits));
  EXPECT_TRUE(
      IsRefused(Chunked("6\r\nabcdef\r\n5\r\n"), 413, "more than 10", limits));
  EXPECT_EQ(Read(Chunked("6\r\nabcdef\r\n4\r\nghij\r\n0\r\n\r\n"), limits)
                .requests.size(),
            1u);
}

TEST(RequestReader, OnlyAClientThatWaitsIsToldToGoOn) {
  const std::string waits =
      absl::StrCat(kGet, "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n");
  const auto asked = [](absl::string_view bytes) {
    RequestReader reader((RequestLimits()));
    const absl::Span<char> room = reader.Room();
    std::memcpy(room.data(), bytes.data(), bytes.size());
    reader.Added(bytes.size());
    const bool asked = reader.TakeExpectation();
    EXPECT_FALSE(reader.TakeExpectation());
    return asked;
  };
  EXPECT_TRUE(asked(waits));
  EXPECT_FALSE(asked(waits.substr(0, waits.size() - 1)));
  EXPECT_FALSE(asked(waits + "a"));
  EXPECT_FALSE(asked(absl::StrCat(kGet, "Content-Length: 1\r\n\r\n")));
  EXPECT_FALSE(asked(absl::StrCat(kGet, "Expect: 100-continue\r\n\r\n")));
  EXPECT_FALSE(
      asked("POST / HTTP/1.0\r\nContent-Length: 1\r\n"
            "Expect: 100-continue\r\n\r\n"));
  EXPECT_TRUE(IsRefused(absl::StrCat(kGet, "Expect: money\r\n\r\n"), 417,
                        "`100-continue`"));
}

// Random bytes have the same result however they are split, and never cause a
// crash.
TEST(RequestReader, RandomBytesReadTheSameInPieces) {
  const std::vector<std::string> words = {
      "GET",
      " ",
      "/",
      "a",
      " HTTP/1.1",
      "\r\n",
      "\r",
      "\n",
      "Host: h",
      ":",
      "Content-Length: ",
      "3",
      "Transfer-Encoding: chunked",
      "0",
      "1",
      "5;a=",
      "\"",
      "\t",
      "Connection: close",
      "abc",
      "0\r\n\r\n",
      "1\r\na\r\n",
      std::string(kGet),
      "\r\n\r\n",
      "Expect: 100-continue",
      absl::StrCat(kGet, "Transfer-Encoding: chunked\r\n\r\n"),
      absl::StrCat(kGet, "Content-Length: 3\r\n\r\n"),
      std::string(1, '\0')};
  RequestLimits limits;
  limits.header = 200;
  limits.target = 20;
  limits.body = 20;
  std::minstd_rand random(1);
  int requests = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = random() % 2 == 0 ? std::string(kGet) : "";
    const int count = static_cast<int>(random() % 12);
    for (int j = 0; j < count; ++j) bytes += words[random() % words.size()];
    requests += static_cast<int>(Read(bytes, limits).requests.size());
  }
  EXPECT_GT(requests, 1000);
}

}  // namespace
}  // namespace acl
