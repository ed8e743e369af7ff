#include "acl/cli/option_checks.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "acl/base/text.h"

namespace acl::cli {
namespace {

// Without a description, which the help would append to the type's name.
CLI::Validator Check(std::function<std::string(std::string&)> check) {
  return CLI::Validator(std::move(check), "");
}

bool IsNumberFrom(double min, double max, const std::string& text) {
  double value = 0;
  // Written so that NaN, for which every comparison is false, is refused.
  return absl::SimpleAtod(text, &value) && value >= min && value <= max &&
         text.find_first_of("xX") == std::string::npos;  // hexadecimal
}

}  // namespace

CLI::Validator WholeNumber(int64_t min, int64_t max) {
  return Check([min, max](std::string& text) -> std::string {
    int64_t value = 0;
    if (!absl::SimpleAtoi(text, &value) || value < min || value > max) {
      return absl::StrCat(Quoted(text), " is not a whole number from ", min,
                          " to ", max);
    }
    // The parser would read `010` as octal.
    text = absl::StrCat(value);
    return "";
  });
}

CLI::Validator NumberFrom(double min, int64_t max) {
  return Check([min, max](std::string& text) -> std::string {
    if (IsNumberFrom(min, static_cast<double>(max), text)) return "";
    return absl::StrCat(Quoted(text), " is not a number from ", min, " to ",
                        max);
  });
}

CLI::Validator SecondsFrom(double min, double max) {
  return Check([min, max](std::string& text) -> std::string {
    if (IsNumberFrom(min, max, text)) return "";
    return absl::StrCat(Quoted(text), " is not a number of seconds from ", min,
                        " to ", max);
  });
}

void RefuseEmptyValues(CLI::App* app) {
  for (CLI::Option* option : app->get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    option->check(Check([](std::string& text) -> std::string {
      return text.empty() ? "the value is empty; leave the option out, or name "
                            "a value"
                          : "";
    }));
  }
  for (CLI::App* command :
       app->get_subcommands([](const CLI::App*) { return true; })) {
    RefuseEmptyValues(command);
  }
}

}  // namespace acl::cli
