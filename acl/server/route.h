// A route: what it accepts, and the function that answers it. Internal.
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

// The audience of a route.
enum class Door {
  kSharing,    // the public API: clients may send unknown fields
  kOwn,        // the engine's own answers and administration
  kOperations  // for machines, without a key
};

// What a route accepts. Anything else is refused, since a guard or a filter
// with a misspelt name must not be ignored.
struct Takes {
  enum class Body {
    kNone,
    kFields,  // an object with the fields below
    kMessage  // an object that the route reads strictly itself
  };
  Body body = Body::kNone;
  // For kFields; unknown ones are refused, except on sharing routes.
  std::vector<absl::string_view> fields = {};
  std::vector<absl::string_view> parameters = {};  // of the query
  std::vector<absl::string_view> headers = {};     // of headers.h
  // Headers that the route itself refuses, in its own words, once it has
  // checked that the caller may do what is asked.
  std::vector<absl::string_view> explained = {};
};

struct Route {
  const char* method;
  const char* path;  // `{}` matches any one segment
  Door door;
  Takes takes;
  std::function<Outcome(Service*, Call*)> answer;
  std::vector<std::string> segments = {};  // of `path`

  bool has_body() const { return takes.body != Takes::Body::kNone; }
  // Whether the path matches; open segments are stored in `ids`.
  bool Matches(const std::vector<std::string>& path_segments,
               std::vector<std::string>* ids) const;
};

// The refusal of a request with a parameter, a header of the server's own, or a
// body that its route does not accept, or with a repeated or empty parameter or
// header. Checks only the form, so it comes before authentication.
std::optional<Outcome> RefusedByForm(const Route& route, const Call& call);

// Adds a fault for each unknown field of the body. REQUIRES: it is an object.
void FindUnknownFields(const Route& route, Call* call);

}  // namespace acl::server

#endif  // ACL_SERVER_ROUTE_H_
