// The syntax of references, assertion strings, addresses and tokens, and how
// they are shown.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "acl/audit/assertions.h"
#include "acl/base/reference.h"
#include "acl/base/text.h"
#include "acl/engine.h"
#include "tests/fuzz/world_round_trip.h"

namespace acl::fuzz {
namespace {

template <class Reference>
void ParseAndShow(absl::string_view text) {
  const absl::StatusOr<Reference> parsed = Reference::Parse(text);
  Require(!parsed.ok() || parsed->ToString() == text,
          "a reference is shown as it was written");
}

void ParseAll(absl::string_view text) {
  ParseAndShow<Subject>(text);
  ParseAndShow<Target>(text);
  ParseAndShow<Member>(text);
  ParseAndShow<PrincipalId>(text);
  ParseAndShow<ResourceRef>(text);
  ParseAndShow<ResourceId>(text);
  const absl::StatusOr<Actor> actor = Actor::Parse(text);
  Require(!actor.ok() || actor->ToString() == text, "so is an actor");
  const absl::StatusOr<AssertionString> assertion =
      ParseAssertionString(text, {"viewer", "a#b", "@", "admin"});
  Require(
      !assertion.ok() || absl::StrCat(assertion->resource, "#", assertion->role,
                                      "@", assertion->subject) == text,
      "so is an assertion");
  const absl::StatusOr<std::string> email = CanonicalEmail(text);
  Require(!email.ok() || *CanonicalEmail(*email) == *email,
          "a canonical address is canonical");
  for (const char c : Printable(text)) {
    Require(!absl::ascii_iscntrl(static_cast<unsigned char>(c)),
            "nothing shown controls a terminal");
  }
}

void Ask(absl::string_view text) {
  static Engine* const engine = [] {
    auto* made = new Engine;
    MakeSmallWorld(made);
    return made;
  }();
  const Workspace w = *engine->FindWorkspace("w");
  PageOptions options;
  options.token = std::string(text);
  Require(w.ListResources(Subject::User("ann"), "", "", options).ok() ==
              text.empty(),
          "a made-up token is refused");
  const absl::StatusOr<RevisionToken> token = RevisionToken::Parse(text);
  Require(!token.ok() || *RevisionToken::Parse(token->ToString()) == *token,
          "a token is shown as it was written");
  const absl::StatusOr<Subject> subject = Subject::Parse(text);
  if (subject.ok()) {
    const auto answer = w.EffectiveRole(*subject, {"voice", "one"});
    const auto explanation = w.Explain(*subject, {"voice", "one"});
    Require(answer.ok() == explanation.ok(), "both answer, or neither");
    Require(!answer.ok() || w.RoleName(answer->role) == explanation->role,
            "both answer the same");
  }
  const absl::StatusOr<ResourceRef> resource = ResourceRef::Parse(text);
  if (resource.ok()) {
    static_cast<void>(w.EffectiveRole(Subject::User("ann"), *resource));
  }
}

}  // namespace
}  // namespace acl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  acl::fuzz::ParseAll(text);
  acl::fuzz::Ask(text);
  return 0;
}
