// The commands, one function each: runs the command with the given arguments,
// writes results to the console, and returns the exit code.
#ifndef ACL_CLI_COMMANDS_H_
#define ACL_CLI_COMMANDS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "acl/cli/session.h"
#include "acl/server/serve.h"

namespace acl::cli {

// `acl role SUBJECT RESOURCE`
ExitCode RoleCommand(const Common& common, const std::string& subject,
                     const std::string& resource, const Console& console);

// `acl check SUBJECT ROLE RESOURCE`
ExitCode CheckCommand(const Common& common, const std::string& subject,
                      const std::string& role, const std::string& resource,
                      const Console& console);

// `acl explain SUBJECT RESOURCE [--role ROLE] [--remedies N]`
ExitCode ExplainCommand(const Common& common, const std::string& subject,
                        const std::string& resource, const std::string& role,
                        std::optional<size_t> most_remedies,
                        const Console& console);

// `acl who RESOURCE [--min-role ROLE]`
ExitCode WhoCommand(const Common& common, const std::string& resource,
                    const std::string& min_role, const Console& console);

// `acl what SUBJECT [--min-role ROLE] [--type TYPE]`
ExitCode WhatCommand(const Common& common, const std::string& subject,
                     const std::string& min_role, const std::string& type,
                     const Console& console);

// `acl matrix`
ExitCode MatrixCommand(const Common& common, const Console& console);

// The options of every change: `--as ACTOR [--reason TEXT] [--request-id ID]
// [--dry-run]`.
struct CallArguments {
  std::string actor;
  std::string reason;
  std::string request_id;
  bool dry_run = false;
};

// `acl share RESOURCE TARGET ROLE --as ACTOR`; with no role
// `acl unshare RESOURCE TARGET --as ACTOR`.
struct ShareArguments {
  std::string resource;
  std::string target;
  std::string role;
  CallArguments call;
};
ExitCode ShareCommand(const Common& common, const ShareArguments& arguments,
                      const Console& console);

// `acl apply CHANGES --as ACTOR [--summary]`
struct ApplyArguments {
  std::string changes;   // the file
  bool summary = false;  // counts instead of lists
  CallArguments call;
};
ExitCode ApplyCommand(const Common& common, const ApplyArguments& arguments,
                      const Console& console);

// `acl log [--actor ACTOR] [--target TARGET] [--resource RESOURCE]
// [--since WHEN] [--until WHEN] [--limit N] [--summary]`
struct LogArguments {
  std::string actor;
  std::string target;
  std::string resource;
  std::string since;  // a day or a time
  std::string until;
  size_t limit = 0;      // 0: all
  bool summary = false;  // counts of what batches did
};
ExitCode LogCommand(const Common& common, const LogArguments& arguments,
                    const Console& console);

// `acl diff A B [--summary | --changes FILE]`: 0 if they are equal, 1 if they
// differ, 3 for every refusal.
struct DiffArguments {
  std::string before;  // PATH, PATH@MOMENT or @MOMENT
  std::string after;
  bool summary = false;      // counts instead of lists
  std::string changes;       // the change file to write; empty: the differences
  bool world_named = false;  // `--world` was given: it is only for @MOMENT
};
ExitCode DiffCommand(const Common& common, const DiffArguments& arguments,
                     const Console& console);

// `acl export [-o FILE | --format FORMAT]`
struct ExportArguments {
  std::string output;  // empty: to the console
  std::string format;  // of the console output
};
ExitCode ExportCommand(const Common& common, const ExportArguments& arguments,
                       const Console& console);

// `acl init FOLDER --from FILE`: a journal that begins with a world.
struct InitArguments {
  std::string folder;
  std::string world;
};
ExitCode InitCommand(const InitArguments& arguments, const Console& console);

// `acl journal verify FOLDER [--head HEAD]`
struct VerifyArguments {
  std::string folder;
  std::string head;  // a head known from before; may be empty
};
ExitCode JournalVerifyCommand(const VerifyArguments& arguments,
                              const Console& console);

// `acl journal salvage FOLDER OUT`
struct SalvageArguments {
  std::string folder;
  std::string output;
};
ExitCode JournalSalvageCommand(const SalvageArguments& arguments,
                               const Console& console);

// `acl key create OWNER [--id ID] [--name NAME]`: creates a key for the server,
// with its secret.
struct KeyArguments {
  std::string owner;
  std::string id;
  std::string name;
};
ExitCode KeyCreateCommand(const Common& common, const KeyArguments& arguments,
                          const Console& console);

// `acl serve --data FOLDER | --memory ...`: runs until SIGINT or SIGTERM.
struct ServeArguments {
  std::string folder;
  bool memory = false;
  std::string listen = "127.0.0.1:8080";
  bool relaxed = false;
  std::string history = "keep";
  double max_wait = 5;  // seconds, like the others
  double grace = 10;
  double request_timeout = 10;
  double idle_timeout = 60;
  double queue_timeout = 10;
  bool quiet = false;
  server::ServeOptions options;
};
ExitCode ServeCommand(const ServeArguments& arguments, const Console& console);

// `acl convert IN OUT`
ExitCode ConvertCommand(const std::string& input, const std::string& output,
                        const Console& console);

// `acl validate FILE...`
ExitCode ValidateCommand(const std::vector<std::string>& files,
                         const Console& console);

// `acl test FILE... [--junit FILE]`
struct TestArguments {
  std::vector<std::string> files;  // and folders
  std::string junit;
};
ExitCode TestCommand(const TestArguments& arguments, const Console& console);

// `acl import peribolos PATH [--org NAME]... -o FILE`
struct PeribolosArguments {
  std::string path;  // a folder or a file
  std::vector<std::string> orgs;
  std::string output;
};
ExitCode ImportPeribolosCommand(const PeribolosArguments& arguments,
                                const Console& console);

}  // namespace acl::cli

#endif  // ACL_CLI_COMMANDS_H_
