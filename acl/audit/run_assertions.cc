#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/assertions.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"

namespace acl {
namespace {

std::string Show(const ListFacts& list) {
  if (list.empty()) return "nothing";
  return absl::StrJoin(list, ", ", [](std::string* out, const auto& item) {
    absl::StrAppend(out, Quoted(item.first), " ", Printable(item.second));
  });
}

std::string Show(const std::vector<std::string>& list) {
  if (list.empty()) return "nothing";
  return absl::StrJoin(list, ", ",
                       [](std::string* out, const std::string& item) {
                         absl::StrAppend(out, Quoted(item));
                       });
}

std::string Show(bool value) { return value ? "true" : "false"; }
std::string Show(uint64_t value) { return absl::StrCat(value); }
std::string Show(const std::string& value) { return Quoted(value); }

// A list in a file, where a lone `nothing` stands for an empty one.
std::vector<std::string> ListOf(
    const google::protobuf::RepeatedPtrField<std::string>& list) {
  if (list.size() == 1 && list[0] == "nothing") return {};
  return {list.begin(), list.end()};
}

// Runs the tests of one file that has been read.
class Runner {
 public:
  Runner(const v1::AssertionFile& file, const Places& places, Door* door)
      : file_(file), places_(places), door_(*door) {}

  std::vector<TestOutcome> Run() {
    std::vector<TestOutcome> outcomes;
    if (file_.world_faults_size() > 0) return outcomes;
    for (int i = 0; i < file_.tests_size(); ++i) {
      const v1::AssertionTest& test = file_.tests(i);
      outcome_ = TestOutcome();
      outcome_.name =
          test.name().empty() ? absl::StrCat("test ", i + 1) : test.name();
      workspace_ =
          test.workspace().empty() ? file_.workspace() : test.workspace();
      RunTest(test, absl::StrCat("tests[", i, "]."));
      if (outcome_.assertions == 0) {
        path_ = absl::StrCat("tests[", i, "]");
        ++outcome_.assertions;
        Failed("the test asserts nothing");
      }
      outcomes.push_back(std::move(outcome_));
    }
    return outcomes;
  }

 private:
  // Calls `run` for each item of a list; failures are reported at the item's
  // path.
  template <class List, class RunOne>
  void Each(const List& list, const std::string& path, const RunOne& run) {
    for (int i = 0; i < list.size(); ++i) {
      path_ = absl::StrCat(path, "[", i, "]");
      run(list[i]);
    }
  }

  void RunTest(const v1::AssertionTest& test, const std::string& path) {
    Each(test.apply(), path + "apply", [&](const auto& a) { Apply(a); });
    Each(test.check(), path + "check", [&](const auto& a) { Check(a); });
    Each(test.role(), path + "role", [&](const auto& a) { Role(a); });
    Each(test.explain(), path + "explain", [&](const auto& a) { Explain(a); });
    Each(test.list_resources(), path + "list_resources",
         [&](const auto& a) { ListResources(a); });
    Each(test.list_principals(), path + "list_principals",
         [&](const auto& a) { ListPrincipals(a); });
    Each(test.assert_true(), path + "assert_true",
         [&](const std::string& a) { AssertString(a, true); });
    Each(test.assert_false(), path + "assert_false",
         [&](const std::string& a) { AssertString(a, false); });
  }

  // Records an assertion that does not hold.
  void Failed(const std::string& what, const std::string& comment = "") {
    const int line = places_.LineOf(path_);
    outcome_.failed.push_back({line > 0
                                   ? places_.At(line)
                                   : absl::StrCat(places_.file(), ": ", path_),
                               what, comment});
  }

  // Counts an assertion, and returns whether it holds.
  template <class Value>
  bool Same(const std::string& what, const Value& expected, const Value& got,
            const std::string& comment = "") {
    ++outcome_.assertions;
    if (expected == got) return true;
    Failed(
        absl::StrCat(what, ": expected ", Show(expected), ", got ", Show(got)),
        comment);
    return false;
  }

  // Whether there is an answer to check. If a refusal was expected or returned,
  // this function checks it.
  bool Answered(const std::string& what, Fault refused,
                const absl::Status& status) {
    if (status.ok() && refused == v1::FAULT_UNSPECIFIED) return true;
    ++outcome_.assertions;
    const Fault got = FaultOf(status);
    if (status.ok()) {
      Failed(absl::StrCat(what, ": expected the refusal ",
                          v1::Fault_Name(refused), ", got an answer"));
    } else if (refused == v1::FAULT_UNSPECIFIED) {
      Failed(absl::StrCat(what, ": refused: ", status.message(), " (",
                          v1::Fault_Name(got), ")"));
    } else if (got != refused) {
      Failed(absl::StrCat(what, ": expected the refusal ",
                          v1::Fault_Name(refused), ", got ",
                          v1::Fault_Name(got), ": ", status.message()));
    }
    return false;
  }

  // Whether both a refusal and an answer are expected, which is a fault of the
  // file.
  bool Contradicts(const std::string& what, Fault refused,
                   absl::string_view answer) {
    if (refused == v1::FAULT_UNSPECIFIED || answer.empty()) return false;
    ++outcome_.assertions;
    Failed(absl::StrCat(what, ": has `refused` and `", answer,
                        "`, and a refusal has no such answer; leave one out"));
    return true;
  }

  void Apply(const v1::ApplyAssertion& a) {
    const std::string what =
        a.as().empty() ? "changes by system"
                       : absl::StrCat("changes by ", Printable(a.as()));
    if (Contradicts(what, a.refused(),
                    a.has_changed()         ? "changed"
                    : a.has_revision()      ? "revision"
                    : a.receipts_size() > 0 ? "receipts"
                                            : "")) {
      return;
    }
    const absl::StatusOr<Receipt> receipt = door_.Apply(workspace_, a);
    const bool answered = Answered(what, a.refused(), receipt.status());
    if (!a.message().empty()) {
      ++outcome_.assertions;
      const std::string got(receipt.ok() ? "it was accepted"
                                         : receipt.status().message());
      if (receipt.ok() || !absl::StrContains(got, a.message())) {
        Failed(absl::StrCat(what, ": expected a refusal with ",
                            Quoted(a.message()), ", got: ", got));
      }
    }
    if (!answered) return;
    ++outcome_.assertions;  // it was accepted
    if (a.has_changed()) {
      Same(what + ", changed", a.changed(), receipt->changed);
    }
    if (a.has_revision()) {
      Same(what + ", revision", a.revision(), receipt->revision);
    }
    if (a.receipts_size() == 0) return;
    if (!Same(what + ", number of receipts",
              static_cast<uint64_t>(a.receipts_size()),
              static_cast<uint64_t>(receipt->changes.size()))) {
      return;
    }
    const std::string path = path_;
    for (int i = 0; i < a.receipts_size(); ++i) {
      path_ = absl::StrCat(path, ".receipts[", i, "]");
      OneReceipt(a.receipts(i), receipt->changes[static_cast<size_t>(i)]);
    }
  }

  void OneReceipt(const v1::ReceiptAssertion& a, const ChangeReceipt& receipt) {
    if (a.has_changed()) Same("receipt, changed", a.changed(), receipt.changed);
    const ShareEffect none{{}, Target::Default(), "", "", "", "", {}};
    const ShareEffect& share = receipt.share != nullptr ? *receipt.share : none;
    const std::pair<const std::string*, std::string> kTexts[] = {
        {&a.grant_before(), share.grant_before},
        {&a.grant_after(), share.grant_after},
        {&a.effective_before(), share.effective_before},
        {&a.effective_after(), share.effective_after},
        {&a.target(), share.target.ToString()}};
    const char* const kWords[] = {"grant before", "grant after",
                                  "effective before", "effective after",
                                  "target"};
    for (size_t i = 0; i < std::size(kTexts); ++i) {
      if (kTexts[i].first->empty()) continue;
      Same(absl::StrCat("receipt, ", kWords[i]), *kTexts[i].first,
           kTexts[i].second);
    }
    if (a.held_by_size() > 0) {
      std::vector<std::string> held_by;
      for (const Source& source : share.held_by) {
        held_by.push_back(ReasonOf(source));
      }
      Same("receipt, held by", ListOf(a.held_by()), held_by);
    }
    Removed(a, receipt.removed.value_or(Cascade()));
  }

  void Removed(const v1::ReceiptAssertion& a, const Cascade& removed) {
    if (a.has_removed_grants()) {
      Same<uint64_t>("receipt, removed grants", a.removed_grants(),
                     removed.grants);
    }
    if (a.has_removed_memberships()) {
      Same<uint64_t>("receipt, removed memberships", a.removed_memberships(),
                     removed.memberships);
    }
    if (a.has_removed_keys()) {
      Same<uint64_t>("receipt, removed keys", a.removed_keys(), removed.keys);
    }
    if (a.has_removed_creators()) {
      Same<uint64_t>("receipt, removed creators", a.removed_creators(),
                     removed.creators);
    }
  }

  void Check(const v1::CheckAssertion& a) {
    const std::string what =
        absl::StrCat("check of ", Printable(a.subject()), " for ",
                     Printable(a.role()), " on ", Printable(a.resource()));
    if (a.refused() == v1::FAULT_UNSPECIFIED && !a.has_allowed()) {
      ++outcome_.assertions;
      return Failed(what + ": `allowed` is missing; write true or false");
    }
    if (Contradicts(what, a.refused(), a.has_allowed() ? "allowed" : "")) {
      return;
    }
    const absl::StatusOr<bool> allowed =
        door_.Check(workspace_, a.subject(), a.role(), a.resource());
    if (!Answered(what, a.refused(), allowed.status())) return;
    Same(what, a.allowed(), *allowed,
         *allowed == a.allowed() ? "" : Comment(a.subject(), a.resource()));
  }

  void Role(const v1::RoleAssertion& a) {
    const std::string what = absl::StrCat("role of ", Printable(a.subject()),
                                          " on ", Printable(a.resource()));
    if (Contradicts(what, a.refused(),
                    !a.is().empty()       ? "is"
                    : !a.reason().empty() ? "reason"
                    : a.path_size() > 0   ? "path"
                                          : "")) {
      return;
    }
    const absl::StatusOr<RoleFacts> facts =
        door_.Role(workspace_, a.subject(), a.resource());
    if (!Answered(what, a.refused(), facts.status())) return;
    if (a.is().empty()) {
      ++outcome_.assertions;
      return Failed(what + ": `is` is missing; write a role or none");
    }
    const size_t failed = outcome_.failed.size();
    Same(what, a.is(), facts->role);
    if (!a.reason().empty()) {
      Same("reason of the " + what, a.reason(), facts->reason);
    }
    if (a.path_size() > 0) {
      Same("path of the " + what, ListOf(a.path()), facts->path);
    }
    if (outcome_.failed.size() > failed) {
      outcome_.failed.back().comment = Comment(a.subject(), a.resource());
    }
  }

  void Explain(const v1::ExplainAssertion& a) {
    const std::string what =
        absl::StrCat("explanation of ", Printable(a.subject()), " on ",
                     Printable(a.resource()));
    if (a.sources_size() == 0 && a.remedies_size() == 0) {
      ++outcome_.assertions;
      return Failed(what +
                    ": asserts nothing; write `sources` or `remedies`, "
                    "`[nothing]` for an empty list");
    }
    const absl::StatusOr<ExplanationFacts> facts =
        door_.Explain(workspace_, a.subject(), a.resource(), a.role());
    if (!Answered(what, v1::FAULT_UNSPECIFIED, facts.status())) return;
    if (a.sources_size() > 0) {
      Same("sources in the " + what, ListOf(a.sources()), facts->sources);
    }
    if (a.remedies_size() > 0) {
      Same("remedies in the " + what, ListOf(a.remedies()), facts->remedies);
    }
  }

  void ListResources(const v1::ListResourcesAssertion& a) {
    const std::string what =
        absl::StrCat("resources of ", Printable(a.subject()));
    if (Contradicts(what, a.refused(), a.are_size() > 0 ? "are" : "")) return;
    const absl::StatusOr<ListFacts> facts =
        door_.ListResources(workspace_, a.subject(), a.min_role(), a.type());
    if (!Answered(what, a.refused(), facts.status())) return;
    ListFacts expected;
    for (const auto& item : a.are()) {
      expected.emplace_back(item.resource(), item.role());
    }
    Same(what, expected, *facts);
  }

  void ListPrincipals(const v1::ListPrincipalsAssertion& a) {
    const std::string what =
        absl::StrCat("principals of ", Printable(a.resource()));
    if (Contradicts(what, a.refused(), a.are_size() > 0 ? "are" : "")) return;
    const absl::StatusOr<ListFacts> facts =
        door_.ListPrincipals(workspace_, a.resource(), a.min_role());
    if (!Answered(what, a.refused(), facts.status())) return;
    ListFacts expected;
    for (const auto& item : a.are()) {
      expected.emplace_back(item.principal(), item.role());
    }
    Same(what, expected, *facts);
  }

  void AssertString(const std::string& text, bool expected) {
    const absl::StatusOr<std::vector<std::string>> roles =
        door_.Roles(workspace_);
    if (!Answered("assertion", v1::FAULT_UNSPECIFIED, roles.status())) return;
    const absl::StatusOr<AssertionString> parsed =
        ParseAssertionString(text, *roles);
    if (!Answered("assertion", v1::FAULT_UNSPECIFIED, parsed.status())) return;
    const absl::StatusOr<bool> allowed = door_.Check(
        workspace_, parsed->subject, parsed->role, parsed->resource);
    if (!Answered(Printable(text), v1::FAULT_UNSPECIFIED, allowed.status())) {
      return;
    }
    Same(
        Printable(text), expected, *allowed,
        *allowed == expected ? "" : Comment(parsed->subject, parsed->resource));
  }

  std::string Comment(const std::string& subject,
                      const std::string& resource) const {
    return door_.Comment(workspace_, subject, resource);
  }

  const v1::AssertionFile& file_;
  const Places& places_;
  Door& door_;
  TestOutcome outcome_;
  std::string workspace_;
  std::string path_;  // of the assertion
};

// Compares the faults of a world with the expected ones.
void CompareFaults(const v1::AssertionFile& file, const Places& places,
                   const std::vector<WorldFault>& faults,
                   FileOutcome* outcome) {
  TestOutcome test;
  test.name = "the faults of the world";
  const auto show = [](absl::string_view at, Fault fault) {
    return absl::StrCat(at, " ", v1::Fault_Name(fault));
  };
  const size_t expected = static_cast<size_t>(file.world_faults_size());
  for (size_t i = 0; i < std::max(expected, faults.size()); ++i) {
    ++test.assertions;
    const std::string want =
        i < expected ? show(file.world_faults(static_cast<int>(i)).at(),
                            file.world_faults(static_cast<int>(i)).fault())
                     : "nothing more";
    const std::string got =
        i < faults.size() ? show(faults[i].path, FaultOf(faults[i].refusal))
                          : "nothing more";
    if (want == got) continue;
    const std::string path =
        absl::StrCat("world_faults[", i < expected ? i : expected - 1, "]");
    test.failed.push_back(
        {places.At(places.LineOf(path)),
         absl::StrCat("faults of the world: expected ", want, ", got ", got),
         i < faults.size() ? std::string(faults[i].refusal.message()) + "\n"
                           : ""});
  }
  outcome->tests.push_back(std::move(test));
}

absl::Status FileFault(const Places& places, absl::string_view path,
                       absl::string_view what) {
  const int line = places.LineOf(path);
  return Refuse(v1::FILE_MALFORMED, absl::StrCat(places.At(line), ": ", what));
}

// Resolves a path relative to the file that names it.
std::string Beside(const std::string& file, const std::string& path) {
  const size_t slash = file.rfind('/');
  if (absl::StartsWith(path, "/") || slash == std::string::npos) return path;
  return file.substr(0, slash + 1) + path;
}

absl::Status LoadWorld(const v1::AssertionFile& file, const Places& places,
                       Door* door, FileOutcome* outcome) {
  if (file.has_world() == !file.world_file().empty()) {
    return FileFault(places, "world_file",
                     "give the world either by `world` or by `world_file`");
  }
  if (file.tests_size() == 0 && file.world_faults_size() == 0) {
    return FileFault(places, "tests",
                     "asserts nothing; write `tests`, or `world_faults`");
  }
  if (!file.world_file().empty()) {
    return door->LoadFile(Beside(outcome->file, file.world_file()));
  }
  std::vector<WorldFault> faults;
  absl::Status loaded = door->Load(file.world(), &faults);
  if (file.world_faults_size() > 0) {
    if (file.tests_size() > 0) {
      return FileFault(places, "tests",
                       "a world with faults can't be asked; leave `tests` out");
    }
    CompareFaults(file, places, faults, outcome);
    return absl::OkStatus();
  }
  if (loaded.ok() || faults.empty()) return loaded;
  for (WorldFault& fault : faults) fault.path = "world." + fault.path;
  return AsRefusal(faults, places);
}

}  // namespace

std::string ReasonOf(const Source& source) {
  if (source.kind != SourceKind::kGroup) {
    return std::string(SourceWord(source.kind));
  }
  return absl::StrCat("group:", source.path.back());
}

size_t FileOutcome::assertions() const {
  size_t sum = 0;
  for (const TestOutcome& test : tests) sum += test.assertions;
  return sum;
}

size_t FileOutcome::failed() const {
  size_t sum = 0;
  for (const TestOutcome& test : tests) sum += test.failed.size();
  return sum;
}

FileOutcome RunAssertions(const std::string& path, absl::string_view bytes,
                          Door* door) {
  FileOutcome outcome;
  outcome.file = path;
  v1::AssertionFile file;
  Places places(Printable(path));
  const absl::StatusOr<Encoding> encoding = EncodingOf(path);
  outcome.error = encoding.ok() ? ReadMessage(*encoding, bytes, &file, &places)
                                : encoding.status();
  outcome.name = file.name();
  if (!outcome.error.ok()) return outcome;
  outcome.error = LoadWorld(file, places, door, &outcome);
  if (!outcome.error.ok()) return outcome;
  for (TestOutcome& test : Runner(file, places, door).Run()) {
    outcome.tests.push_back(std::move(test));
  }
  return outcome;
}

FileOutcome RunAssertionFile(const std::string& path, Door* door) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (bytes.ok()) return RunAssertions(path, *bytes, door);
  FileOutcome outcome;
  outcome.file = path;
  outcome.error = bytes.status();
  return outcome;
}

}  // namespace acl
