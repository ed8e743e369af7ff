// What a client of the server can send: bytes, and the request, if any, that
// they contain.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "acl/engine.h"
#include "acl/server/http/request_reader.h"
#include "acl/server/http/response_head.h"
#include "acl/server/metrics.h"
#include "acl/server/secret.h"
#include "acl/server/service.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

constexpr char kOperator[] = "the-operator-of-the-fuzzer-is-long-enough";

// A small workspace served over HTTP; `ann` may change it.
struct Served {
  server::Metrics metrics;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<server::Service> service;
  std::string secret;
  std::string exported;  // the state at the start

  Served() {
    EngineOptions options;
    options.observer = &metrics;
    engine = std::make_unique<Engine>(std::move(options));
    Workspace w = *engine->AddWorkspace(Actor::System(), "w");
    const server::NewKey key = *server::MakeKey("w", "k", "");
    secret = key.secret;
    AddKey add{"k", PrincipalId::User("ann")};
    add.annotation = key.note.Write();
    Require(
        w.Apply(
             Actor::System(),
             {AddUser{"ann", "ann@x", "", false, true}, AddUser{"bob", "bob@x"},
              AddGroup{"g"}, AddServiceAccount{"s", "", "s@x"},
              AddMember{"g", Member::User("bob")},
              AddResource{{"voice", "v"}, "", PrincipalId::User("ann")}, add})
            .ok(),
        "the workspace can be made");
    exported = engine->Export().SerializeAsString();
    server::ServiceOptions service_options;
    service_options.operator_hash = server::HashOfSecret(kOperator);
    service_options.max_wait = absl::ZeroDuration();
    service = std::make_unique<server::Service>(engine.get(), &metrics,
                                                std::move(service_options));
  }
};

void Answer(HttpRequest request) {
  static std::unique_ptr<Served>& served = *new std::unique_ptr<Served>();
  if (served == nullptr) served = std::make_unique<Served>();
  // A real client cannot guess a secret.
  for (auto& [name, value] : request.headers) {
    if (value == "ann") value = served->secret;
    if (value == "operator") value = kOperator;
  }
  static_cast<void>(served->service->MayWait(request));
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const HttpResponse response = served->service->Handle(request);
  Require(
      response.status >= 200 && response.status < 600 && response.status != 500,
      "a request has an answer");
  Require(IsSendable(response), "the answer can be sent");
  Require(response.content_type != "application/json" ||
              nlohmann::json::accept(response.body),
          "what is said to be JSON is JSON");
  const bool same =
      served->engine->Export().SerializeAsString() == served->exported;
  Require(same || (!reads && response.status == 200),
          "only a change that was accepted changes something");
  if (!same) served = nullptr;
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  acl::RequestReader reader({4096, 1024, 65536});
  while (size > 0) {
    switch (reader.state()) {
      case acl::RequestReader::State::kRefused:
        return 0;
      case acl::RequestReader::State::kDone:
        acl::fuzz::Answer(reader.Take().request);
        reader.Added(0);
        continue;
      default: {
        const absl::Span<char> room = reader.Room();
        const size_t bytes = std::min(room.size(), size);
        std::memcpy(room.data(), data, bytes);
        reader.Added(bytes);
        data += bytes;
        size -= bytes;
      }
    }
  }
  if (reader.state() == acl::RequestReader::State::kDone) {
    acl::fuzz::Answer(reader.Take().request);
  }
  return 0;
}
