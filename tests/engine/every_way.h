// Asks one question in every possible way, so that a test notices if two ways
// disagree.
#ifndef TESTS_ENGINE_EVERY_WAY_H_
#define TESTS_ENGINE_EVERY_WAY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "acl/engine.h"

namespace acl {

// Options for a page that holds everything.
inline PageOptions OnePage() {
  PageOptions options;
  options.page_size = 1000000;
  return options;
}

class EveryWay {
 public:
  EveryWay(const Reader& reader, const Subject& subject,
           const ResourceRef& resource)
      : reader_(reader),
        subject_(subject),
        resource_(resource),
        role_(NameOf(reader.EffectiveRole(subject, resource))) {}

  // The name of the role if all ways agree, else what each of them says.
  std::string Role() {
    Hear("checks", ByChecks());
    Hear("check-many", ByCheckMany());
    HearHandles();
    const auto explanation = reader_.Explain(subject_, resource_);
    Hear("explanation", explanation.ok() ? explanation->role : "refused");
    Hear("resources", ByResources());
    if (subject_.kind() == Kind::kUser ||
        subject_.kind() == Kind::kServiceAccount) {
      Hear("principals", ByPrincipals());
    }
    return differences_.empty() ? role_
                                : absl::StrCat(role_, " by id", differences_);
  }

 private:
  template <class Answer>
  std::string NameOf(const absl::StatusOr<Answer>& answer) const {
    return answer.ok() ? reader_.RoleName(answer->role) : "refused";
  }

  void Hear(absl::string_view who, const std::string& role) {
    if (role != role_) absl::StrAppend(&differences_, ", ", role, " by ", who);
  }

  // The highest allowed role; every lower one must be allowed, too.
  std::string Highest(const std::vector<bool>& allowed) const {
    const std::vector<std::string> roles = reader_.Roles();
    size_t rank = 0;
    while (rank < allowed.size() && allowed[rank]) ++rank;
    for (size_t i = rank; i < allowed.size(); ++i) {
      if (allowed[i]) return absl::StrCat(roles[i], " but not ", roles[rank]);
    }
    return rank == 0 ? "none" : roles[rank - 1];
  }

  std::string ByChecks() const {
    std::vector<bool> allowed;
    for (const std::string& role : reader_.Roles()) {
      allowed.push_back(reader_.Check(subject_, role, resource_).value());
    }
    return Highest(allowed);
  }

  std::string ByCheckMany() const {
    const std::vector<std::string> roles = reader_.Roles();
    std::vector<Question> questions;
    for (const std::string& role : roles) {
      questions.push_back({subject_, role, resource_});
    }
    return Highest(reader_.CheckMany(questions).value().allowed);
  }

  void HearHandles() {
    const auto subject = reader_.FindSubject(subject_);
    const auto resource = reader_.FindResource(resource_);
    const SubjectHandle s = subject.ok() ? *subject : SubjectHandle();
    const ResourceHandle r = resource.ok() ? *resource : ResourceHandle();
    Hear("handle", NameOf(reader_.EffectiveRole(s, r)));
    const std::vector<HandleQuestion> questions = {{s, r}};
    std::vector<RoleAnswer> answers(1);
    const bool ok =
        reader_.EffectiveRoles(questions, absl::MakeSpan(answers)).ok();
    Hear("handles", ok ? reader_.RoleName(answers[0].role) : "refused");
    std::vector<bool> allowed;
    for (const std::string& role : reader_.Roles()) {
      allowed.push_back(reader_.Check(s, *reader_.FindRole(role), r).value());
    }
    Hear("checks of handles", Highest(allowed));
  }

  std::string ByResources() const {
    std::string role = "none";
    for (const absl::string_view type : {resource_.type, {}}) {
      const auto page = reader_.ListResources(subject_, "", type, OnePage());
      if (!page.ok()) return "refused";
      std::string found = "none";
      for (const ResourceRole& item : page->items) {
        if (item.resource.type == resource_.type &&
            item.resource.id == resource_.id) {
          found = reader_.RoleName(item.role);
        }
      }
      if (type.empty() && found != role) return absl::StrCat("part ", found);
      role = found;
    }
    return role;
  }

  std::string ByPrincipals() const {
    const auto page = reader_.ListPrincipals(resource_, "", OnePage());
    if (!page.ok()) return "refused";
    for (const PrincipalRole& item : page->items) {
      if (item.principal.kind() == subject_.kind() &&
          item.principal.id() == subject_.id()) {
        return reader_.RoleName(item.role);
      }
    }
    return "none";
  }

  const Reader& reader_;
  const Subject subject_;
  const ResourceRef resource_;
  const std::string role_;
  std::string differences_;
};

// The role of a subject on a resource, by every call that returns it.
inline std::string RoleEveryWay(const Reader& reader, const Subject& subject,
                                const ResourceRef& resource) {
  return EveryWay(reader, subject, resource).Role();
}

// Every pair of the matrix, one to a line.
inline std::vector<std::string> MatrixLines(const Reader& reader) {
  std::vector<std::string> lines;
  const absl::Status status =
      reader.VisitMatrix([&](const PrincipalId& principal,
                             const ResourceRef& resource, acl::Role role) {
        lines.push_back(absl::StrCat(principal.ToString(), " ",
                                     resource.ToString(), " ",
                                     reader.RoleName(role)));
        return true;
      });
  if (!status.ok()) lines.push_back(std::string(status.message()));
  return lines;
}

}  // namespace acl

#endif  // TESTS_ENGINE_EVERY_WAY_H_
