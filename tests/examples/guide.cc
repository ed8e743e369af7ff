// The snippets of docs/guides/embedding.md, compiled and run. They are the same
// here as there, except for their indentation.
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "acl/engine.h"

namespace {

class Metrics : public acl::Observer {
 public:
  void OnRefusal(absl::string_view workspace, const acl::Actor& /*actor*/,
                 const std::vector<acl::Change>& /*changes*/,
                 const absl::Status& refusal) override {
    std::cout << workspace << ": " << refusal.message() << "\n";
  }
};

// A workspace with a user, a group and a voice that Ann created.
acl::Workspace AddStudio(acl::Engine& engine) {
  acl::Workspace studio =
      engine.AddWorkspace(acl::Actor::System(), "studio").value();
  studio
      .Apply(acl::Actor::System(),
             {acl::AddUser{"ann"}, acl::AddUser{"bob-7"},
              acl::AddResource{{"voice", "narrator"},
                               "Narrator",
                               acl::PrincipalId::User("ann")}})
      .value();
  return studio;
}

void Threads(const acl::Workspace& studio) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([studio] {  // a copy means the same workspace
      studio.EffectiveRole(acl::Subject::User("ann"), {"voice", "narrator"})
          .value();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void Views(const acl::Workspace& studio, int number) {
  const std::string id = absl::StrCat("bob-", number);
  const acl::Subject bob = acl::Subject::User(id);  // a view of `id`
  studio.Check(bob, "viewer", {"voice", "narrator"}).value();
}

void Handles(const acl::Workspace& studio) {
  const acl::SubjectHandle ann =
      studio.FindSubject(acl::Subject::User("ann")).value();
  const acl::ResourceHandle narrator =
      studio.FindResource({"voice", "narrator"}).value();
  const acl::Role editor = studio.FindRole("editor").value();
  const bool allowed = studio.Check(ann, editor, narrator).value();
  if (!allowed) std::abort();
}

void Pages(const acl::Workspace& studio) {
  const acl::Snapshot now = studio.TakeSnapshot().value();
  acl::PageOptions options;
  options.page_size = 100;
  do {
    const acl::Page<acl::ResourceRole> page =
        now.ListResources(acl::Subject::User("ann"), "editor", "", options)
            .value();
    for (const acl::ResourceRole& item : page.items) {
      std::cout << item.resource.ToString() << " " << now.RoleName(item.role)
                << "\n";
    }
    options.token = page.next;
  } while (!options.token.empty());
}

void Refusals(acl::Workspace studio) {
  const absl::StatusOr<acl::Receipt> receipt =
      studio.Share(acl::Subject::User("bob-7"), {"voice", "narrator"},
                   acl::Target::Default(), "viewer");
  if (acl::FaultOf(receipt.status()) == acl::v1::RESOURCE_NOT_FOUND) {
    // Bob has no role on it: answer 404.
  }
}

void Retries(acl::Workspace studio) {
  acl::ChangeOptions options;
  options.request_id = "ticket-17";
  options.reason = "Bob joins the team";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const acl::Receipt receipt =
        studio
            .Share(acl::Subject::User("ann"), {"voice", "narrator"},
                   acl::Target::User("bob-7"), "editor", options)
            .value();
    std::cout << "revision " << receipt.revision
              << (receipt.replayed ? ", answered before" : "") << "\n";
  }
}

void Folder(const std::string& folder) {
  Metrics metrics;
  acl::EngineOptions options;
  options.observer = &metrics;  // must outlive the engine
  const std::unique_ptr<acl::Engine> engine =
      acl::Engine::Open(folder, options).value();

  AddStudio(*engine);
  acl::Workspace studio = engine->FindWorkspace("studio").value();
  Threads(studio);
  Views(studio, 7);
  Handles(studio);
  Pages(studio);
  Refusals(studio);

  const std::unique_ptr<acl::Engine> replica =
      acl::Engine::Follow(folder).value();
  const std::unique_ptr<acl::Watch> watch =
      engine->Watch("studio", studio.Token().value()).value();
  Retries(studio);

  const std::string token = studio.Token().value().ToString();

  // In the other process:
  const acl::Workspace there = replica->FindWorkspace("studio").value();
  const acl::Snapshot fresh =
      there.AtLeast(acl::RevisionToken::Parse(token).value(), absl::Seconds(5))
          .value();
  std::cout << fresh
                   .Check(acl::Subject::User("bob-7"), "editor",
                          {"voice", "narrator"})
                   .value()
            << "\n";

  const acl::WatchedChange change = watch->Next(absl::Seconds(5)).value();
  std::cout << change.actor << ": " << change.reason << "\n";

  const acl::MemoryUsage usage = studio.MemoryUsage();
  if (usage.total() == 0 || usage.old_versions > usage.total()) std::abort();

  const absl::Status closed = engine->Close();
  if (!closed.ok()) std::cerr << closed << "\n";
}

}  // namespace

// Usage: guide FOLDER
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Folder(argv[1]);
}
