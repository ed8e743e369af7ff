// The door to an in-process engine. A public header.
#ifndef ACL_AUDIT_LIBRARY_DOOR_H_
#define ACL_AUDIT_LIBRARY_DOOR_H_

#include <memory>
#include <string>
#include <vector>

#include "acl/audit/assertions.h"
#include "acl/engine.h"

namespace acl {

// Not thread-safe.
class LibraryDoor : public Door {
 public:
  absl::Status Load(const v1::World& world,
                    std::vector<WorldFault>* faults) override;
  absl::Status LoadFile(const std::string& path) override;
  absl::StatusOr<Receipt> Apply(const std::string& workspace,
                                const v1::ApplyAssertion& call) override;
  absl::StatusOr<bool> Check(const std::string& workspace,
                             const std::string& subject,
                             const std::string& role,
                             const std::string& resource) override;
  absl::StatusOr<RoleFacts> Role(const std::string& workspace,
                                 const std::string& subject,
                                 const std::string& resource) override;
  absl::StatusOr<ExplanationFacts> Explain(const std::string& workspace,
                                           const std::string& subject,
                                           const std::string& resource,
                                           const std::string& role) override;
  absl::StatusOr<ListFacts> ListResources(const std::string& workspace,
                                          const std::string& subject,
                                          const std::string& min_role,
                                          const std::string& type) override;
  absl::StatusOr<ListFacts> ListPrincipals(
      const std::string& workspace, const std::string& resource,
      const std::string& min_role) override;
  absl::StatusOr<std::vector<std::string>> Roles(
      const std::string& workspace) override;
  std::string Comment(const std::string& workspace, const std::string& subject,
                      const std::string& resource) override;

 private:
  // The subject and resource of a question; views of the question's texts.
  struct Pair {
    Workspace workspace;
    Subject subject;
    ResourceRef resource;
  };

  absl::StatusOr<Workspace> Find(const std::string& workspace) const;
  absl::StatusOr<Pair> FindPair(const std::string& workspace,
                                const std::string& subject,
                                const std::string& resource) const;

  std::unique_ptr<Engine> engine_;
};

// The engine's reasons in the words of assertion files.
std::string ReasonOfNone(const Explanation& explanation);
std::string WordsOf(const Remedy& remedy);

}  // namespace acl

#endif  // ACL_AUDIT_LIBRARY_DOOR_H_
