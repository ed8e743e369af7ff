#include "acl/cli/manual.h"

#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace acl::cli {
namespace {

using Options = std::vector<const CLI::Option*>;

// The available commands, each with the words before it: "import peribolos".
struct Command {
  std::string words;
  const CLI::App* app;
};

void AddCommands(const CLI::App& app, const std::string& before,
                 std::vector<Command>* commands) {
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string words = before + command->get_name();
    commands->push_back({words, command});
    AddCommands(*command, words + " ", commands);
  }
}

std::vector<Command> CommandsOf(const CLI::App& app) {
  std::vector<Command> commands;
  AddCommands(app, "", &commands);
  return commands;
}

bool HasCommands(const CLI::App& app) {
  return !app.get_subcommands([](const CLI::App*) { return true; }).empty();
}

// "--world" and "-w".
std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// ---- man ----

std::string Roff(absl::string_view text) {
  std::string safe = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}});
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(safe, '\n')) {
    const bool control =
        absl::StartsWith(line, ".") || absl::StartsWith(line, "'");
    lines.push_back(absl::StrCat(control ? "\\&" : "", line));
  }
  return absl::StrJoin(lines, "\n");
}

std::string Verbatim(absl::string_view text) {
  return absl::StrCat(".nf\n", Roff(text), text.back() == '\n' ? "" : "\n",
                      ".fi\n");
}

std::string SynopsisOf(const Command& command) {
  std::string line = absl::StrCat(".B acl ", Roff(command.words), "\n");
  for (const CLI::Option* option : command.app->get_options()) {
    if (option->get_positional()) {
      absl::StrAppend(&line, ".I ", Roff(option->get_name()),
                      option->get_items_expected_max() > 1 ? "..." : "", "\n");
    }
  }
  return line + ".RI [ options ]\n";
}

std::string OptionsOf(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    text += ".TP\n";
    if (option->get_positional()) {
      absl::StrAppend(&text, ".I ", Roff(option->get_name()), "\n");
    } else {
      absl::StrAppend(&text, ".B ",
                      Roff(absl::StrJoin(NamesOf(*option), ", ")));
      if (TakesValue(*option)) {
        absl::StrAppend(&text, " ", Roff(option->get_type_name()));
      }
      text += "\n";
    }
    absl::StrAppend(&text, Roff(option->get_description()), "\n");
  }
  return text;
}

// ---- completion ----

// What a shell offers as the value of an option or positional.
enum class Offer { kNothing, kFiles, kWords };

Offer OfferOf(const CLI::Option& option) {
  const std::string type =
      option.get_positional() ? option.get_name() : option.get_type_name();
  for (const char* files :
       {"FILE", "PATH", "FOLDER", "CHANGES", "IN", "OUT", "A", "B"}) {
    if (type == files) return Offer::kFiles;
  }
  if (type == "FORMAT" || type == "SHELL") return Offer::kWords;
  return Offer::kNothing;
}

std::string WordsOf(const CLI::Option& option) {
  return option.get_positional() ? "bash zsh" : "yaml json txtpb binpb";
}

std::string OptionWords(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    for (const std::string& name : NamesOf(*option)) words.push_back(name);
  }
  return absl::StrJoin(words, " ");
}

std::string SubcommandWords(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(command->get_name());
  }
  return absl::StrJoin(words, " ");
}

// Offers the candidates that start with the word; names may contain spaces.
std::string BashOffer(absl::string_view what) {
  return absl::StrCat("mapfile -t COMPREPLY < <(compgen ", what,
                      " -- \"$word\")");
}

// Quotes for a shell in single quotes; `:` and brackets are special in zsh.
std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"'", "'\\''"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string ZshValue(const CLI::Option& option) {
  const std::string name =
      option.get_positional() ? option.get_name() : option.get_type_name();
  switch (OfferOf(option)) {
    case Offer::kFiles:
      return absl::StrCat(":", name, ":_files");
    case Offer::kWords:
      return absl::StrCat(":", name, ":(", WordsOf(option), ")");
    case Offer::kNothing:
      break;
  }
  // For a positional, a plain message would keep options from being completed;
  // for an option, it is the other way round.
  return absl::StrCat(":", name, option.get_positional() ? ":{:}" : ": ");
}

std::string ZshArguments(const CLI::App& app) {
  std::string text = "_arguments";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      absl::StrAppend(&text, " \\\n        '",
                      option->get_items_expected_max() > 1 ? "*" : "",
                      ZshValue(*option), "'");
      continue;
    }
    for (const std::string& name : NamesOf(*option)) {
      absl::StrAppend(&text, " \\\n        '", name, "[",
                      ZshText(option->get_description()), "]",
                      TakesValue(*option) ? ZshValue(*option) : "", "'");
    }
  }
  return text;
}

}  // namespace

std::string ManPage(const CLI::App& app) {
  std::string text = absl::StrCat(
      ".TH ACL 1 \"\" \"acl\" \"User Commands\"\n.SH NAME\nacl \\- ",
      Roff("who may do what, and why"), "\n.SH SYNOPSIS\n");
  const std::vector<Command> commands = CommandsOf(app);
  absl::string_view separator;
  for (const Command& command : commands) {
    if (HasCommands(*command.app)) continue;
    absl::StrAppend(&text, separator, SynopsisOf(command));
    separator = ".br\n";
  }
  absl::StrAppend(&text, ".SH DESCRIPTION\n", Verbatim(app.get_footer()),
                  ".SH COMMANDS\n");
  for (const Command& command : commands) {
    if (HasCommands(*command.app)) continue;
    absl::StrAppend(&text, ".SS acl ", Roff(command.words), "\n",
                    Roff(command.app->get_description()), "\n",
                    OptionsOf(*command.app));
    const std::string footer = command.app->get_footer();
    const size_t begin = footer.find("Examples:");
    if (begin == std::string::npos) continue;
    const size_t end = footer.find("\n\n", begin);
    absl::StrAppend(&text, ".PP\n",
                    Verbatim(footer.substr(begin, end - begin)));
  }
  return text +
         ".SH ENVIRONMENT\n.TP\n.B ACL_WORLD\nThe world file or journal "
         "folder, where "
         "\\-\\-world is not given.\n.TP\n.B NO_COLOR\nIf it is not empty, "
         "nothing is coloured.\n";
}

std::string BashCompletion(const CLI::App& app) {
  std::string text = absl::StrCat(
      "# bash completion for acl; made by `acl completion bash`.\n"
      "_acl() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} "
      "before=${COMP_WORDS[COMP_CWORD-1]}"
      "\n  local command=${COMP_WORDS[1]-}\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    ",
      BashOffer(absl::StrCat("-W '", SubcommandWords(app), " --help'")),
      "\n    return\n  fi\n  case $before in\n"
      "    -w|--world|-o|--output|--junit|--from|--changes) ",
      BashOffer("-f"), "; return ;;\n    --format) ",
      BashOffer("-W 'yaml json txtpb binpb'"),
      "; return ;;\n  esac\n  case $command in\n");
  for (const Command& command : CommandsOf(app)) {
    if (absl::StrContains(command.words, " ")) continue;
    std::string words = OptionWords(*command.app);
    std::string files;
    for (const Command& inner : CommandsOf(*command.app)) {
      absl::StrAppend(&words, " ", inner.words, " ", OptionWords(*inner.app));
      files = "-f ";
    }
    for (const CLI::Option* option : command.app->get_options()) {
      if (!option->get_positional()) continue;
      if (OfferOf(*option) == Offer::kFiles) files = "-f ";
      if (OfferOf(*option) == Offer::kWords) {
        absl::StrAppend(&words, " ", WordsOf(*option));
      }
    }
    absl::StrAppend(&text, "    ", command.words, ") ",
                    BashOffer(absl::StrCat(files, "-W '", words, "'")),
                    " ;;\n");
  }
  return text + "  esac\n}\ncomplete -o filenames -F _acl acl\n";
}

std::string ZshCompletion(const CLI::App& app) {
  std::string text =
      "#compdef acl\n# zsh completion for acl; made by `acl completion zsh`.\n"
      "_acl() {\n  local -a commands\n  commands=(\n";
  for (const Command& command : CommandsOf(app)) {
    if (absl::StrContains(command.words, " ")) continue;
    absl::StrAppend(&text, "    '", command.words, ":",
                    ZshText(command.app->get_description()), "'\n");
  }
  absl::StrAppend(&text,
                  "  )\n  if ((CURRENT == 2)); then\n"
                  "    _describe command commands\n    return\n  fi\n"
                  "  local command=$words[2]\n"
                  "  shift words\n  ((CURRENT--))\n");
  for (const Command& command : CommandsOf(app)) {
    if (!HasCommands(*command.app)) continue;
    absl::StrAppend(&text, "  if [[ $command == ", command.words,
                    " ]]; then\n"
                    "    if ((CURRENT == 2)); then\n      compadd ",
                    SubcommandWords(*command.app),
                    "\n      return\n    fi\n"
                    "    command+=\" $words[2]\"\n"
                    "    shift words\n    ((CURRENT--))\n  fi\n");
  }
  text += "  case $command in\n";
  for (const Command& command : CommandsOf(app)) {
    if (HasCommands(*command.app)) continue;
    absl::StrAppend(&text, "    '", command.words, "')\n      ",
                    ZshArguments(*command.app), " ;;\n");
  }
  // The script may be sourced, or be a file of `fpath` that is loaded on
  // demand.
  return text +
         "  esac\n}\n"
         "if [[ $funcstack[1] == _acl ]]; then\n  _acl \"$@\"\n"
         "else\n  compdef _acl acl\nfi\n";
}

}  // namespace acl::cli
