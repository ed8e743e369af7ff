// Asks the server: every question is a request of the operator to a real
// server.
#ifndef TESTS_CORPUS_HTTP_DOOR_H_
#define TESTS_CORPUS_HTTP_DOOR_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "acl/audit/assertions.h"
#include "acl/server/serve.h"
#include "nlohmann/json.hpp"

namespace acl {

class HttpDoor : public Door {
 public:
  // Keeps its files in `folder`.
  explicit HttpDoor(std::string folder);

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
  using Json = nlohmann::ordered_json;
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  absl::Status Start(const std::string& world);
  // Returns the answer, or a refusal with the fault that it names.
  absl::StatusOr<Json> Send(const std::string& workspace,
                            const std::string& method,
                            const std::string& target, const std::string& body);
  // Leaves out empty parameters.
  absl::StatusOr<Json> Get(const std::string& workspace,
                           const std::string& path,
                           const Parameters& parameters);
  // Fetches all pages, in the order of names.
  absl::StatusOr<ListFacts> List(const std::string& workspace,
                                 const std::string& path, Parameters parameters,
                                 const char* name);

  const std::string folder_;
  std::unique_ptr<server::Server> server_;
  Json refused_;  // the body of the last refusal
};

}  // namespace acl

#endif  // TESTS_CORPUS_HTTP_DOOR_H_
