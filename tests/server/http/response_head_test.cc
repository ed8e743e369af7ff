// Answers as bytes, and answers that cannot be sent.
#include "acl/server/http/response_head.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

HttpResponse With(std::string name, std::string value) {
  HttpResponse response;
  response.headers.emplace_back(std::move(name), std::move(value));
  return response;
}

TEST(ResponseHead, AnAnswerSaysWhatItIs) {
  HttpResponse response;
  response.body = "{}\n";
  response.headers = {{"ETag", "\"7\""}, {"X-Empty", ""}};
  EXPECT_EQ(ResponseHead(response, Persistence::kKeep, "today"),
            "HTTP/1.1 200 OK\r\nDate: today\r\n"
            "Content-Type: application/json\r\nContent-Length: 3\r\n"
            "ETag: \"7\"\r\nX-Empty: \r\n\r\n");
}

TEST(ResponseHead, TheOtherSideIsToldOfTheConnection) {
  const HttpResponse response;
  EXPECT_FALSE(absl::StrContains(ResponseHead(response, Persistence::kKeep, ""),
                                 "Connection"));
  EXPECT_TRUE(
      absl::StrContains(ResponseHead(response, Persistence::kKeepNamed, ""),
                        "\r\nConnection: keep-alive\r\n"));
  EXPECT_TRUE(absl::StrContains(ResponseHead(response, Persistence::kClose, ""),
                                "\r\nConnection: close\r\n"));
}

TEST(ResponseHead, AStatusWithoutABodyHasNoLength) {
  for (const int status : {204, 304}) {
    HttpResponse response;
    response.status = status;
    response.body = "not sent";
    const std::string head = ResponseHead(response, Persistence::kKeep, "");
    EXPECT_FALSE(absl::StrContains(head, "Content-")) << head;
    EXPECT_FALSE(HasBody(status));
  }
  EXPECT_TRUE(HasBody(200));
}

TEST(ResponseHead, AStatusThatHasNoNameIsANumber) {
  HttpResponse response;
  response.status = 299;
  EXPECT_TRUE(absl::StartsWith(ResponseHead(response, Persistence::kKeep, ""),
                               "HTTP/1.1 299 \r\n"));
}

TEST(ResponseHead, AStatusOutOfRangeIsNotSent) {
  HttpResponse response;
  for (const int status : {-1, 0, 100, 101, 199, 600, 2000}) {
    response.status = status;
    EXPECT_FALSE(IsSendable(response)) << status;
  }
  for (const int status : {200, 204, 404, 599}) {
    response.status = status;
    EXPECT_TRUE(IsSendable(response)) << status;
  }
}

TEST(ResponseHead, AHeaderThatWouldEndTheHeaderIsNotSent) {
  EXPECT_TRUE(IsSendable(With("A-b_1", "c: d\te \xc3\xa4")));
  for (const char c : {'\0', '\r', '\n', '\x1b', '\x7f'}) {
    const std::string value = absl::StrCat("a", std::string(1, c), "b");
    EXPECT_FALSE(IsSendable(With("A", value))) << int{c};
    HttpResponse response;
    response.content_type = value;
    EXPECT_FALSE(IsSendable(response)) << int{c};
  }
  for (const absl::string_view name : {"", "A:", "A b", "A\r\nB", "\xc3\xa4"}) {
    EXPECT_FALSE(IsSendable(With(std::string(name), "a"))) << name;
  }
}

TEST(ResponseHead, WhatTheServerSaysIsNotSaidTwice) {
  for (const absl::string_view name :
       {"Content-Length", "content-length", "Transfer-Encoding", "Connection",
        "Date", "Content-Type"}) {
    EXPECT_FALSE(IsSendable(With(std::string(name), "0"))) << name;
  }
}

TEST(ResponseHead, DatesAreThoseOfHttp) {
  EXPECT_EQ(HttpDate(absl::FromUnixSeconds(784887151)),
            "Tue, 15 Nov 1994 08:12:31 GMT");
}

}  // namespace
}  // namespace acl
