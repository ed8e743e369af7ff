// A route: what it takes, and what answers it. Internal.
#ifndef ACL_SERVER_ROUTE_H_
#define ACL_SERVER_ROUTE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "acl/server/call.h"
#include "acl/server/outcome.h"

namespace acl::server {

class Service;

// For whom a route is.
enum class Door {
  kSharing,    // the public API: clients may send more fields than are known
  kOwn,        // the engine's own answers and administration
  kOperations  // for machines, without a key
};

// What a route takes. Whatever else comes is refused, since a guard or a filter
// with a misspelt name must not be ignored.
struct Takes {
  enum class Body {
    kNone,
    kFields,  // an object with the fields below
    kMessage  // an object that the route reads strictly itself
  };
  Body body = Body::kNone;
  // Of an object; unknown ones are refused, but at the sharing door.
  std::vector<absl::string_view> fields = {};
  std::vector<absl::string_view> parameters = {};  // of the query
  std::vector<absl::string_view> headers = {};     // of headers.h
  // Headers that the route itself refuses, once it knows that the caller may do
  // what is asked, with words of its own.
  std::vector<absl::string_view> explained = {};
};

struct Route {
  const char* method;
  const char* path;  // `{}` is any one segment
  Door door;
  Takes takes;
  std::function<Outcome(Service*, Call*)> answer;
  std::vector<std::string> segments = {};  // of `path`

  bool has_body() const { return takes.body != Takes::Body::kNone; }
  // Whether the path is this route's; what it leaves open goes to `ids`.
  bool Matches(const std::vector<std::string>& path_segments,
               std::vector<std::string>* ids) const;
};

// The refusal of a request that has a parameter, a header of the server's own
// or a body that its route does not take, or a parameter or header twice or
// empty. Looks at the form alone, so it comes before authentication.
std::optional<Outcome> RefusedByForm(const Route& route, const Call& call);

// Adds a fault for each unknown field of the body. REQUIRES: it is an object.
void FindUnknownFields(const Route& route, Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_ROUTE_H_
