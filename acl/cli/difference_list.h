// Differences in grants or roles, in printed form.
#ifndef ACL_CLI_DIFFERENCE_LIST_H_
#define ACL_CLI_DIFFERENCE_LIST_H_

#include <cstddef>
#include <string>

#include "acl/audit/answer_json.h"
#include "acl/cli/sums.h"

namespace acl::cli {

// A list that may be long. Stores only what will be printed of each item.
class DifferenceList {
 public:
  enum class Form { kText, kJson };

  // `who` is the singular noun for the holders of the roles: "subject". With
  // `summary` only the number of each kind is printed.
  DifferenceList(Form form, bool summary, const char* who)
      : form_(form), summary_(summary), who_(who) {}

  // `workspace` is empty if there is only one.
  void Add(const std::string& workspace, const std::string& who,
           const std::string& resource, const std::string& before,
           const std::string& after);

  size_t size() const { return size_; }

  // One line for each difference. REQUIRES: the form is text.
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
