#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "acl/audit/assertions.h"
#include "acl/base/text.h"

namespace acl {
namespace {

// Printable() has already escaped the characters that XML 1.0 excludes.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

void PutCase(const std::string& suite, const TestOutcome& test,
             std::ostream& out) {
  out << "    <testcase classname=\"" << Escaped(Printable(suite))
      << "\" name=\"" << Escaped(Printable(test.name)) << "\" assertions=\""
      << test.assertions << "\"";
  if (test.failed.empty()) {
    out << "/>\n";
    return;
  }
  out << ">\n";
  for (const FailedAssertion& failed : test.failed) {
    out << "      <failure message=\"" << Escaped(Printable(failed.what))
        << "\">" << Escaped(failed.place) << ": "
        << Escaped(Printable(failed.what));
    if (!failed.comment.empty()) out << "\n" << Escaped(failed.comment);
    out << "</failure>\n";
  }
  out << "    </testcase>\n";
}

}  // namespace

std::string JUnitXml(const std::vector<FileOutcome>& outcomes) {
  std::ostringstream out;
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileOutcome& outcome : outcomes) {
    const std::string suite =
        outcome.name.empty() ? outcome.file : outcome.name;
    size_t failures = 0;
    for (const TestOutcome& test : outcome.tests) {
      failures += test.failed.empty() ? 0 : 1;
    }
    const size_t errors = outcome.error.ok() ? 0 : 1;
    out << "  <testsuite name=\"" << Escaped(Printable(suite)) << "\" file=\""
        << Escaped(Printable(outcome.file)) << "\" tests=\""
        << outcome.tests.size() + errors << "\" failures=\"" << failures
        << "\" errors=\"" << errors << "\">\n";
    for (const TestOutcome& test : outcome.tests) PutCase(suite, test, out);
    if (errors > 0) {
      out << "    <testcase classname=\"" << Escaped(Printable(suite))
          << "\" name=\"the file\">\n      <error>"
          << Escaped(outcome.error.message()) << "</error>\n    </testcase>\n";
    }
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
  return out.str();
}

}  // namespace acl
