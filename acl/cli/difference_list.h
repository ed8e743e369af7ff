// Grants or roles that differ, as they are printed.
#ifndef ACL_CLI_DIFFERENCE_LIST_H_
#define ACL_CLI_DIFFERENCE_LIST_H_

#include <cstddef>
#include <string>

#include "acl/audit/answer_json.h"
#include "acl/cli/sums.h"

namespace acl::cli {

// A list that may be long. Keeps of each item only what will be printed of it.
class DifferenceList {
 public:
  enum class Form { kText, kJson };

  // `who` is what those who have the roles are called, one of them: "subject".
  // With `summary` it tells only how many there are of each kind.
  DifferenceList(Form form, bool summary, const char* who)
      : form_(form), summary_(summary), who_(who) {}

  // `workspace` is empty if there is only one.
  void Add(const std::string& workspace, const std::string& who,
           const std::string& resource, const std::string& before,
           const std::string& after);

  size_t size() const { return size_; }

  // A line for each. REQUIRES: the form is text.
  std::string Text() const;
  // An array of objects. REQUIRES: the form is JSON.
  Json ToJson() const;

 private:
  const Form form_;
  const bool summary_;
  const char* const who_;
  size_t size_ = 0;
  std::string lines_;
  Json items_ = Json::array();
  RoleSums sums_;
};

}  // namespace acl::cli

#endif  // ACL_CLI_DIFFERENCE_LIST_H_
