#include "acl/encoding/yaml_events.h"

#include <yaml.h>  // in quotes it would be the yaml.h of this folder

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "acl/encoding/unread_text.h"

namespace acl {
namespace {

constexpr size_t kMaxBytes = std::numeric_limits<int>::max();
// Each level costs the parser memory, and none of the formats nests twenty
// deep.
constexpr size_t kMaxDepth = 1000;

absl::string_view View(const yaml_char_t* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

int LineOf(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }

// A lone `!` tag says that the value is text, as all values are.
YamlStart StartOf(const yaml_event_t& event, const yaml_char_t* tag,
                  const yaml_char_t* anchor) {
  return {LineOf(event.start_mark), View(tag) == "!" ? "" : View(tag),
          View(anchor)};
}

class Parser {
 public:
  Parser(absl::string_view text, YamlHandler* handler,
         const ProgressSink& progress)
      : text_(text), handler_(*handler), progress_(progress) {
    ready_ = yaml_parser_initialize(&parser_) != 0;
    if (ready_) yaml_parser_set_input(&parser_, &Parser::Read, this);
  }
  ~Parser() {
    if (ready_) yaml_parser_delete(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  YamlOutcome Run() {
    if (!ready_) {
      outcome_.fault = YamlFault{0, "no memory to parse it"};
      return outcome_;
    }
    bool more = true;
    while (more) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        outcome_.fault = Fault();
        break;
      }
      more = Take(event);
      yaml_event_delete(&event);
    }
    return outcome_;
  }

 private:
  static int Read(void* self, unsigned char* buffer, size_t size, size_t* got) {
    auto& parser = *static_cast<Parser*>(self);
    if (parser.progress_) parser.progress_(parser.read_, parser.text_.size());
    *got = std::min(size, parser.text_.size() - parser.read_);
    if (*got != 0) {
      std::memcpy(buffer, parser.text_.data() + parser.read_, *got);
    }
    parser.read_ += *got;
    return 1;
  }

  // Whether there is more to parse.
  bool Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        return true;
      case YAML_SCALAR_EVENT:
      case YAML_ALIAS_EVENT:
      case YAML_SEQUENCE_START_EVENT:
      case YAML_MAPPING_START_EVENT:
        if (depth_ == 0 && outcome_.first_line != 0) {
          outcome_.second_line = LineOf(event.start_mark);
          return false;
        }
        if (depth_ == 0) outcome_.first_line = LineOf(event.start_mark);
        return TakeValue(event);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        --depth_;
        handler_.OnEnd();
        return true;
      default:
        return false;
    }
  }

  bool TakeValue(const yaml_event_t& event) {
    if (event.type == YAML_SCALAR_EVENT) {
      const auto& scalar = event.data.scalar;
      scalar_.assign(reinterpret_cast<const char*>(scalar.value),
                     scalar.length);
      handler_.OnScalar(StartOf(event, scalar.tag, scalar.anchor), scalar_,
                        scalar.style == YAML_PLAIN_SCALAR_STYLE);
      return true;
    }
    if (event.type == YAML_ALIAS_EVENT) {
      handler_.OnAlias(LineOf(event.start_mark), View(event.data.alias.anchor));
      return true;
    }
    if (depth_ == kMaxDepth) {
      outcome_.fault =
          YamlFault{LineOf(event.start_mark),
                    "not yaml: is nested more than 1,000 levels deep"};
      return false;
    }
    ++depth_;
    if (event.type == YAML_SEQUENCE_START_EVENT) {
      const auto& list = event.data.sequence_start;
      handler_.OnListStart(StartOf(event, list.tag, list.anchor));
    } else {
      const auto& map = event.data.mapping_start;
      handler_.OnMapStart(StartOf(event, map.tag, map.anchor));
    }
    return true;
  }

  YamlFault Fault() const {
    const absl::string_view problem =
        parser_.problem == nullptr ? "no memory to parse it" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR) {
      const absl::string_view read =
          text_.substr(0, std::min(parser_.problem_offset, text_.size()));
      return {static_cast<int>(std::count(read.begin(), read.end(), '\n')) + 1,
              absl::StrCat("not yaml: ", problem)};
    }
    YamlFault fault{LineOf(parser_.problem_mark),
                    absl::StrCat("not yaml: ", problem)};
    if (parser_.context != nullptr) {
      absl::StrAppend(&fault.what, " ", parser_.context);
      const int line = LineOf(parser_.context_mark);
      if (line != fault.line) {
        absl::StrAppend(&fault.what, " that begins at line ", line);
      }
    }
    return fault;
  }

  const absl::string_view text_;
  YamlHandler& handler_;
  const ProgressSink& progress_;
  yaml_parser_t parser_;
  bool ready_ = false;
  size_t read_ = 0;
  size_t depth_ = 0;
  std::string scalar_;
  YamlOutcome outcome_;
};

}  // namespace

YamlOutcome ParseYaml(absl::string_view text, YamlHandler* handler,
                      const ProgressSink& progress) {
  YamlOutcome outcome;
  if (text.size() > kMaxBytes) {
    outcome.fault = YamlFault{0, "is larger than 2 GiB; write it as .binpb"};
  } else if (IsUtf32(text)) {
    outcome.fault = YamlFault{1, "is UTF-32; write it as UTF-8"};
  } else if (const auto end = FindEndInYaml(text)) {
    outcome.fault = YamlFault{static_cast<int>(end->line),
                              absl::StrCat("not yaml: ", Describe(*end))};
  } else {
    outcome = Parser(text, handler, progress).Run();
  }
  return outcome;
}

bool IsYamlNull(absl::string_view text, bool plain) {
  return plain && (text.empty() || text == "~" || text == "null" ||
                   text == "Null" || text == "NULL");
}

}  // namespace acl
