// A small workspace served over HTTP, without sockets.
#ifndef TESTS_SERVER_SERVED_H_
#define TESTS_SERVER_SERVED_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "acl/engine.h"
#include "acl/server/metrics.h"
#include "acl/server/secret.h"
#include "acl/server/service.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/server/documented.h"

namespace acl::server {

struct Replied {
  int status;
  Json body;
  HttpResponse response;

  std::string Header(const std::string& name) const {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  // For an error.
  std::string code() const { return body["detail"]["code"]; }
  std::string message() const { return body["detail"]["message"]; }
};

// `ann` is a workspace admin and created `voice:narrator`; `bob` is its editor;
// `cy` and the service account `bot` have no role; `lea` is locked. Each of
// them has a key; `off`, a key of `bob`, is disabled.
class Served : public testing::Test {
 protected:
  static constexpr char kOperator[] = "the-secret-of-the-operator-of-tests";

  using MakeEngine = std::function<std::unique_ptr<Engine>(EngineOptions)>;
  static std::unique_ptr<Engine> InMemory(EngineOptions options) {
    return std::make_unique<Engine>(std::move(options));
  }
  static ServiceOptions Impatient() {
    ServiceOptions options;
    options.max_wait = absl::Milliseconds(50);
    options.max_waiting = 2;
    return options;
  }
  // For tests in which the awaited revision arrives.
  static ServiceOptions Patient() {
    ServiceOptions options = Impatient();
    options.max_wait = absl::Seconds(40);
    options.max_answer = absl::Seconds(40);
    return options;
  }
  explicit Served(const MakeEngine& make_engine = InMemory,
                  const ServiceOptions& options = Impatient())
      : owned_engine_(make_engine(ObservedBy(&metrics_))),
        service_(&engine_, &metrics_, Logged(options)) {}

  void SetUp() override {
    ASSERT_TRUE(
        studio_
            .Apply(Actor::System(),
                   {AddUser{"ann", "ann@x.io", "Ann", false, true},
                    AddUser{"bob", "bob@x.io", "Bob"}, AddUser{"cy", "cy@x.io"},
                    AddUser{"lea", "lea@x.io", "", true},
                    AddServiceAccount{"bot", "Bot", "bot@x.io"},
                    AddGroup{"ops", "Operations"},
                    AddMember{"ops", Member::User("cy")},
                    AddResource{{"voice", "narrator"},
                                "Narrator",
                                PrincipalId::User("ann")},
                    AddResource{{"voice", "a/b c?"}, "", {}},
                    acl::Share{
                        {"voice", "narrator"}, Target::User("bob"), "editor"}})
            .ok());
    for (const char* user : {"ann", "bob", "cy", "lea"}) {
      secrets_[user] = KeyOf(PrincipalId::User(user), user);
    }
    secrets_["bot"] = KeyOf(PrincipalId::ServiceAccount("bot"), "bot");
    secrets_["off"] = KeyOf(PrincipalId::User("bob"), "off");
    UpdateKey off{"off-key"};
    off.enabled = false;
    Must({off});
    secrets_["operator"] = kOperator;
  }

  void Must(const std::vector<Change>& changes) {
    const absl::StatusOr<Receipt> receipt =
        studio_.Apply(Actor::System(), changes);
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }

  std::string KeyOf(const PrincipalId& owner, const std::string& name) {
    const absl::StatusOr<NewKey> key = MakeKey("studio", name + "-key", name);
    AddKey change{key->id, owner};
    change.annotation = key->note.Write();
    Must({change});
    return key->secret;
  }

  using Headers = std::vector<std::pair<std::string, std::string>>;

  // Asks as one of these callers, or as nobody.
  Replied Ask(const std::string& who, const std::string& method,
              const std::string& target, const std::string& body = "",
              Headers headers = {}) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.peer = "127.0.0.1";
    request.headers = std::move(headers);
    if (!who.empty()) {
      request.headers.emplace_back(
          "xi-api-key", secrets_.count(who) != 0 ? secrets_[who] : who);
    }
    if (!body.empty() && request.Header("content-type") == nullptr) {
      request.headers.emplace_back("Content-Type", "application/json");
    }
    HttpResponse response = service_.Handle(request);
    EXPECT_TRUE(IsDocumented(method, target, response.status))
        << method << " " << target << " answers " << response.status
        << ", which docs/openapi.yaml does not say";
    Json json = Json::parse(response.body, nullptr, false);
    return {response.status, std::move(json), std::move(response)};
  }
  Replied Get(const std::string& who, const std::string& target,
              Headers headers = {}) {
    return Ask(who, "GET", target, "", std::move(headers));
  }
  Replied Post(const std::string& who, const std::string& target,
               const std::string& body, Headers headers = {}) {
    return Ask(who, "POST", target, body, std::move(headers));
  }
  Replied Share(const std::string& who, const std::string& body,
                const std::string& id = "narrator") {
    return Post(who, "/v1/workspace/resources/" + id + "/share", body);
  }
  std::string Role(const Subject& subject,
                   const ResourceRef& resource = {"voice", "narrator"}) const {
    return studio_.RoleName(studio_.EffectiveRole(subject, resource)->role);
  }

  static EngineOptions ObservedBy(Observer* observer) {
    EngineOptions options;
    options.observer = observer;
    return options;
  }
  ServiceOptions Logged(ServiceOptions options) {
    options.operator_hash = HashOfSecret(kOperator);
    options.log = [this](const std::string& line) {
      const std::lock_guard<std::mutex> lock(log_mutex_);
      log_.push_back(line);
    };
    return options;
  }

  Metrics metrics_;
  std::unique_ptr<Engine> owned_engine_;
  Engine& engine_ = *owned_engine_;
  Workspace studio_ = *engine_.AddWorkspace(Actor::System(), "studio");
  std::mutex log_mutex_;
  std::vector<std::string> log_;
  Service service_;
  std::map<std::string, std::string> secrets_;
};

}  // namespace acl::server

#endif  // TESTS_SERVER_SERVED_H_
