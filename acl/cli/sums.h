// Summaries of long lists of changes and of changed roles.
#ifndef ACL_CLI_SUMS_H_
#define ACL_CLI_SUMS_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "acl/audit/answer_json.h"
#include "acl/share/change.h"
#include "proto/acl/v1/change.pb.h"

namespace acl::cli {

// The number of changes of each kind, in the words of change files.
using Kinds = std::map<std::string, size_t>;
Kinds KindsOf(const v1::ChangeFile& file);
Kinds KindsOf(const std::vector<Change>& changes);
// One line for each kind: "  3 add_user".
std::string KindsText(const Kinds& kinds);

// Counts changed roles by the role before and after.
class RoleSums {
 public:
  // `workspace` may be empty if there is only one.
  void Add(const std::string& workspace, const std::string& who,
           const std::string& resource, const std::string& before,
           const std::string& after);

  // One line for each, the most frequent of a workspace first:
  // "  26148 none -> read, for 264 subjects on 78 resources". `who` is the
  // singular noun for the holders of the roles.
  std::string Text(const char* who) const;
  // The same as an array of objects.
  Json ToJson(const char* who) const;

 private:
  struct Sum {
    size_t count = 0;
    std::set<std::string> who;
    std::set<std::string> resources;
  };
  struct Line {
    std::string workspace, before, after;
    const Sum* sum;
  };
  std::vector<Line> Lines() const;

  // Workspace, before, after.
  std::map<std::tuple<std::string, std::string, std::string>, Sum> sums_;
};

}  // namespace acl::cli

#endif  // ACL_CLI_SUMS_H_
