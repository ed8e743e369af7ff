// A history: everything that happens to one small workspace, as plain data, so
// that it can be repeated and reduced.
#ifndef TESTS_ORACLE_HISTORY_H_
#define TESTS_ORACLE_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/base/reference.h"
#include "acl/share/change.h"
#include "acl/share/request.h"
#include "acl/store/settings.h"

namespace acl::compare {

// An actor or a subject that owns its string.
struct Caller {
  bool system = true;
  Kind kind = Kind::kUser;
  std::string id;

  // The results refer to this object's string.
  acl::Actor ToActor() const;
  acl::Subject ToSubject() const;
};

// A view of a subject with this kind and id. REQUIRES: a subject can have the
// kind.
acl::Subject MakeSubject(Kind kind, const std::string& id);

// One call, and what to ask after it.
struct Call {
  Caller actor;
  std::vector<Change> changes;
  ChangeOptions options;
  bool ask = false;        // compare everything that can be asked
  bool hold = false;       // hold a snapshot of the revision after it
  bool import = false;     // when asking: also import the export elsewhere
  uint64_t asks_with = 0;  // the seed of what is sampled when asking
};

struct History {
  uint64_t seed = 0;
  WorkspaceSettings settings;
  size_t request_id_window = 0;
  std::vector<Call> calls;
};

// A call on one line, with all of its options, for people.
std::string ToString(const Call& call);
std::string ToString(const History& history);

}  // namespace acl::compare

#endif  // TESTS_ORACLE_HISTORY_H_
