// The first part of an answer as bytes. Internal.
#ifndef ACL_SERVER_HTTP_RESPONSE_HEAD_H_
#define ACL_SERVER_HTTP_RESPONSE_HEAD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/server/http/message.h"

namespace acl {

// Whether an answer can be sent: its status is one from 200 to 599, and its
// headers are as HttpResponse says, so that none of them ends the header.
bool IsSendable(const HttpResponse& response);

// Whether a body goes with this status at all.
bool HasBody(int status);

// What the other side is told of the connection.
enum class Persistence {
  kKeep,       // what HTTP/1.1 takes for granted
  kKeepNamed,  // what HTTP/1.0 has to be told
  kClose
};

// Everything before the body. `date` is as HttpDate() gives it.
// REQUIRES: IsSendable(response).
std::string ResponseHead(const HttpResponse& response, Persistence persistence,
                         absl::string_view date);

// `Tue, 15 Nov 1994 08:12:31 GMT`
std::string HttpDate(absl::Time time);

}  // namespace acl

#endif  // ACL_SERVER_HTTP_RESPONSE_HEAD_H_
