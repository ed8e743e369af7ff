// Encodes the head of an answer. Internal.
#ifndef ACL_SERVER_HTTP_RESPONSE_HEAD_H_
#define ACL_SERVER_HTTP_RESPONSE_HEAD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/server/http/message.h"

namespace acl {

// Whether an answer can be sent: its status is from 200 to 599, and its headers
// are as HttpResponse requires, so that none of them ends the head.
bool IsSendable(const HttpResponse& response);

// Whether an answer with this status has a body.
bool HasBody(int status);

// What the answer says about the connection.
enum class Persistence {
  kKeep,       // the default of HTTP/1.1
  kKeepNamed,  // has to be stated for HTTP/1.0
  kClose
};

// Everything before the body. `date` is formatted by HttpDate(). REQUIRES:
// IsSendable(response).
std::string ResponseHead(const HttpResponse& response, Persistence persistence,
                         absl::string_view date);

// `Tue, 15 Nov 1994 08:12:31 GMT`
std::string HttpDate(absl::Time time);

}  // namespace acl

#endif  // ACL_SERVER_HTTP_RESPONSE_HEAD_H_
