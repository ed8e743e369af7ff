#include "acl/cli/app.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "CLI/Validators.hpp"
#include "acl/base/environment.h"
#include "acl/cli/commands.h"
#include "acl/cli/manual.h"
#include "acl/cli/option_checks.h"
#include "acl/cli/serve_options.h"

namespace acl::cli {
namespace {

constexpr char kReferences[] =
    "SUBJECT is user:ID, email:ADDRESS, service_account:ID or key:ID.\n"
    "TARGET is one of those, group:ID, or default. RESOURCE is TYPE:ID.\n";
constexpr char kExitCodes[] =
    "Exit codes: 0 done or allowed, 1 failure or refused, 2 denied (check),\n"
    "3 bad input, 4 something is lost (journal salvage).\n";
constexpr char kFormats[] =
    "The file's ending tells its format: .yaml, .json, .txtpb, .binpb.\n";

// The command line, and the variables that parsing fills.
class CommandLine {
 public:
  explicit CommandLine(const Console& console) : console_(console) {
    // The parser would let the variable override the option.
    const char* const world = std::getenv("ACL_WORLD");
    if (world != nullptr) common_.world = world;
    app_.require_subcommand(1);
    app_.footer(std::string("\n") + kReferences + kExitCodes +
                "Each command has its own --help, with examples.");
    AddQuestions();
    AddLists();
    AddLog();
    AddDiff();
    AddChanges();
    AddApply();
    AddFiles();
    AddInit();
    AddJournal();
    AddTest();
    AddImport();
    AddKey();
    AddServe();
    AddManual();
    RefuseEmptyValues(&app_);
  }

  int Run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
      const int code = app_.exit(e, console_.out, console_.err);
      return code == 0 ? kAllow : kBadInput;
    }
    return code_;
  }

 private:
  CLI::App* Command(const std::string& name, const std::string& what,
                    const std::string& examples) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->footer("\nExamples:\n" + examples + "\n" + kReferences +
                    kExitCodes);
    AddCommon(command);
    return command;
  }

  // A command that takes files as arguments, and no world.
  CLI::App* FileCommand(const std::string& name, const std::string& what,
                        const std::string& examples) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->footer("\nExamples:\n" + examples + "\n" + kFormats + kExitCodes);
    return command;
  }
  void AddJson(CLI::App* command, const std::string& what) {
    command->add_flag("--json", console_.json, what);
  }

  void AddCommon(CLI::App* command) {
    command
        ->add_option("-w,--world", common_.world,
                     "The world: a file, .yaml, .json, .txtpb or .binpb, or a "
                     "journal folder (default: $ACL_WORLD)")
        ->type_name("PATH");
    command
        ->add_option("--workspace", common_.workspace,
                     "Only this workspace of the world")
        ->type_name("ID");
    AddJson(command, "Answer in JSON");
  }

  // A command that changes nothing, and can therefore be asked about the past.
  CLI::App* AskCommand(const std::string& name, const std::string& what,
                       const std::string& examples) {
    CLI::App* command = Command(name, what, examples);
    command
        ->add_option("--at", common_.at,
                     "As of then, in a journal folder: a revision (17), a "
                     "record (record:17), a day (2026-03-01) or a time "
                     "(2026-03-01T12:00:00Z)")
        ->type_name("MOMENT");
    return command;
  }

  static void Positional(CLI::App* command, const std::string& name,
                         std::string* value, const std::string& what) {
    command->add_option(name, *value, what)->required()->type_name("");
  }

  void AddQuestions() {
    CLI::App* role = AskCommand(
        "role", "The effective role, and the source that gives it",
        "  acl role user:ann voice:narrator -w studio.yaml\n"
        "  acl role key:render-1 voice:narrator -w studio.yaml --json\n"
        "  acl role user:ann voice:narrator -w /var/lib/acl --at "
        "2026-03-01\n");
    Positional(role, "SUBJECT", &subject_, "Who");
    Positional(role, "RESOURCE", &resource_, "On what");
    role->callback([this] {
      code_ = RoleCommand(common_, subject_, resource_, console_);
    });

    CLI::App* check = AskCommand(
        "check", "Whether the effective role is ROLE or higher",
        "  acl check user:bob editor voice:narrator -w studio.yaml\n"
        "  if acl check key:k1 viewer voice:narrator -w studio.yaml; "
        "then ...\n");
    Positional(check, "SUBJECT", &subject_, "Who");
    Positional(check, "ROLE", &role_, "A role of the workspace's ladder");
    Positional(check, "RESOURCE", &resource_, "On what");
    check->callback([this] {
      code_ = CheckCommand(common_, subject_, role_, resource_, console_);
    });

    CLI::App* explain = AskCommand(
        "explain", "Every source of a role, and what would allow more",
        "  acl explain user:bob voice:narrator -w studio.yaml\n"
        "  acl explain user:bob voice:narrator --role admin -w studio.yaml\n");
    Positional(explain, "SUBJECT", &subject_, "Who");
    Positional(explain, "RESOURCE", &resource_, "On what");
    explain
        ->add_option("--role", role_,
                     "What is wanted (default: any role at all)")
        ->type_name("ROLE");
    explain
        ->add_option("--remedies", remedies_,
                     "How many of the changes that would allow it are shown "
                     "(default: 20, with --json 100)")
        ->transform(WholeNumber(1, 1'000'000'000))
        ->type_name("N");
    explain->callback([this] {
      code_ = ExplainCommand(common_, subject_, resource_, role_, remedies_,
                             console_);
    });
  }

  void AddLists() {
    CLI::App* who = AskCommand(
        "who", "Every user and service account with a role on RESOURCE",
        "  acl who voice:narrator -w studio.yaml\n"
        "  acl who voice:narrator --min-role admin -w studio.yaml\n");
    Positional(who, "RESOURCE", &resource_, "On what");
    AddMinRole(who);
    who->callback(
        [this] { code_ = WhoCommand(common_, resource_, role_, console_); });

    CLI::App* what =
        AskCommand("what", "Every resource on which SUBJECT has a role",
                   "  acl what user:ann -w studio.yaml\n"
                   "  acl what user:ann --min-role editor --type voice "
                   "-w studio.yaml\n");
    Positional(what, "SUBJECT", &subject_, "Who");
    AddMinRole(what);
    what->add_option("--type", type_, "Only resources of this type")
        ->type_name("TYPE");
    what->callback([this] {
      code_ = WhatCommand(common_, subject_, role_, type_, console_);
    });

    CLI::App* matrix = AskCommand(
        "matrix", "Every pair of a principal and a resource with a role",
        "  acl matrix -w studio.yaml > matrix.csv\n"
        "  acl matrix -w studio.yaml --json\n");
    matrix->callback([this] { code_ = MatrixCommand(common_, console_); });
  }

  void AddLog() {
    CLI::App* log = Command(
        "log", "Who changed what in a journal folder, when and why",
        "  acl log -w /var/lib/acl --limit 10 --summary\n"
        "  acl log -w /var/lib/acl --target user:bob --since 2026-03-01\n"
        "  acl log -w /var/lib/acl --actor user:ann --json\n");
    log->add_option("--actor", log_.actor,
                    "Only what this actor did, through keys of theirs too")
        ->type_name("ACTOR");
    log->add_option("--target", log_.target,
                    "Only changes that name this target, member, user, service "
                    "account, key or group")
        ->type_name("TARGET");
    log->add_option("--resource", log_.resource,
                    "Only changes that name this resource")
        ->type_name("RESOURCE");
    log->add_option("--since", log_.since,
                    "From this day (2026-03-01) or time (2026-03-01T12:00:00Z)")
        ->type_name("WHEN");
    log->add_option("--until", log_.until, "Up to this day or time")
        ->type_name("WHEN");
    log->add_option("--limit", log_.limit, "Only the last N of them")
        ->type_name("N")
        ->transform(WholeNumber(1, 1'000'000'000));
    log->add_flag("--summary", log_.summary,
                  "Of a batch only how many changes of which kinds it had");
    log->callback([this] { code_ = LogCommand(common_, log_, console_); });
  }

  void AddDiff() {
    CLI::App* diff = Command(
        "diff", "What differs in grants and in effective roles",
        "  acl diff before.yaml after.yaml\n"
        "  acl diff /var/lib/acl@2026-03-01 /var/lib/acl\n"
        "  acl diff @17 @42 -w /var/lib/acl --workspace studio --summary\n"
        "  acl diff /var/lib/acl new.yaml --changes changes.yaml\n\n"
        "A and B are world files, journal folders, or FOLDER@MOMENT; @MOMENT "
        "is\nof the folder that --world names. A moment is written as for "
        "--at.\nExit codes of diff: 0 equal, 1 different, 3 any failure.\n");
    Positional(diff, "A", &diff_.before,
               "How it was: a world file, a journal folder, FOLDER@MOMENT, or "
               "@MOMENT of the folder that --world names");
    Positional(diff, "B", &diff_.after, "How it is, likewise");
    CLI::Option* summary = diff->add_flag(
        "--summary", diff_.summary,
        "Only how many grants and roles differ, by what they were and are");
    diff->add_option("--changes", diff_.changes,
                     "Instead: write a change file that turns A into B, to the "
                     "last name, and say how many changes of which kinds it "
                     "has; its ending tells its format")
        ->type_name("FILE")
        ->excludes(summary);
    const CLI::Option* world = diff->get_option("--world");
    diff->callback([this, world] {
      diff_.world_named = world->count() > 0;
      code_ = DiffCommand(common_, diff_, console_);
    });
  }

  void AddMinRole(CLI::App* command) {
    command->add_option("--min-role", role_, "Only this role and higher ones")
        ->type_name("ROLE");
  }

  void AddChanges() {
    CLI::App* share = Command(
        "share", "Set a target's grant, whatever it was, and print the receipt",
        "  acl share voice:narrator user:bob editor --as user:ann "
        "-w studio.yaml\n"
        "  acl share voice:narrator default viewer --as system --dry-run "
        "-w studio.yaml\n"
        "  acl share voice:narrator user:bob editor --as user:ann "
        "-w /var/lib/acl --reason 'on call'\n");
    Positional(share, "RESOURCE", &share_.resource, "What");
    Positional(share, "TARGET", &share_.target, "With whom");
    Positional(share, "ROLE", &share_.role, "A role of the workspace's ladder");
    AddActor(share);
    CLI::App* unshare =
        Command("unshare", "Take a target's grant away, and print the receipt",
                "  acl unshare voice:narrator group:ops --as user:ann -w "
                "studio.yaml\n");
    Positional(unshare, "RESOURCE", &share_.resource, "What");
    Positional(unshare, "TARGET", &share_.target, "With whom");
    AddActor(unshare);
  }

  void AddActor(CLI::App* command) {
    AddCallOptions(command, &share_.call);
    command->callback(
        [this] { code_ = ShareCommand(common_, share_, console_); });
  }

  static void AddCallOptions(CLI::App* command, CallArguments* call) {
    command
        ->add_option("--as", call->actor,
                     "Who does it: a SUBJECT with admin on what is shared, or "
                     "system")
        ->required()
        ->type_name("ACTOR");
    command->add_option("--reason", call->reason, "Why, for the record")
        ->type_name("TEXT");
    command
        ->add_option("--request-id", call->request_id,
                     "Makes a retry safe: in a journal folder the same call "
                     "under the same id is done once")
        ->type_name("ID");
    command->add_flag("--dry-run", call->dry_run,
                      "Say what would happen, and change nothing");
  }

  void AddApply() {
    CLI::App* apply = Command(
        "apply",
        "Apply a file of changes, all or none: receipts, and every effective "
        "role that changed",
        "  acl apply offboarding.yaml --as system --dry-run -w studio.yaml\n"
        "  acl apply offboarding.yaml --as system -w studio.yaml\n");
    Positional(apply, "CHANGES", &apply_.changes, "The change file");
    AddCallOptions(apply, &apply_.call);
    apply->add_flag("--summary", apply_.summary,
                    "Only how many changes and changed roles of which kinds");
    apply->callback(
        [this] { code_ = ApplyCommand(common_, apply_, console_); });
  }

  void AddFiles() {
    CLI::App* validate = FileCommand("validate",
                                     "Check world files and folders: every "
                                     "fault with its place, or a digest",
                                     "  acl validate studio.yaml github.binpb\n"
                                     "  acl validate studio.yaml --json\n");
    Files(validate, &files_, "World files, or journal folders");
    AddJson(validate, "Sum up in JSON");
    validate->callback([this] { code_ = ValidateCommand(files_, console_); });

    CLI::App* convert = FileCommand(
        "convert", "Write a world file in another format, in canonical order",
        "  acl convert studio.yaml studio.binpb\n"
        "  acl convert studio.json studio.txtpb\n");
    Positional(convert, "IN", &input_,
               "The world file, or journal folder, to read");
    Positional(convert, "OUT", &output_, "The world file to write");
    convert->callback(
        [this] { code_ = ConvertCommand(input_, output_, console_); });

    CLI::App* exported = AskCommand(
        "export", "Write the world, or one workspace of it",
        "  acl export -w github.binpb --workspace etcd-io\n"
        "  acl export -w studio.yaml -o studio.json\n"
        "  acl export -w /var/lib/acl --at record:17 -o then.yaml\n");
    auto* output =
        exported
            ->add_option("-o,--output", export_.output,
                         "The world file to write (default: to the console)")
            ->type_name("FILE");
    exported
        ->add_option("--format", export_.format,
                     "yaml, json, txtpb or binpb, for the console (default: "
                     "yaml)")
        ->type_name("FORMAT")
        ->excludes(output)
        ->excludes(exported->get_option("--json"));
    exported->callback(
        [this] { code_ = ExportCommand(common_, export_, console_); });
  }

  void AddInit() {
    CLI::App* init =
        FileCommand("init", "Make a journal folder that begins with a world",
                    "  acl init /var/lib/acl --from studio.yaml\n");
    Positional(init, "FOLDER", &init_.folder, "The folder to make");
    init->add_option("--from", init_.world,
                     "The world: a file, or a journal folder as it is now")
        ->required()
        ->type_name("PATH");
    AddJson(init, "Sum up in JSON");
    init->callback([this] { code_ = InitCommand(init_, console_); });
  }

  void AddJournal() {
    CLI::App* journal = app_.add_subcommand(
        "journal", "Prove or rescue what a journal folder holds");
    journal->require_subcommand(1);
    CLI::App* verify = journal->add_subcommand(
        "verify",
        "Whether a folder is whole, and its history the one that was known");
    verify->footer(
        "\nExamples:\n"
        "  acl journal verify /var/lib/acl\n"
        "  acl journal verify /var/lib/acl --head 17:3f8a...\n\n"
        "It prints the head. Whoever keeps that elsewhere can tell later\n"
        "whether anything before it was rewritten.\n" +
        std::string(kExitCodes));
    Positional(verify, "FOLDER", &verify_.folder, "The journal folder");
    verify
        ->add_option("--head", verify_.head,
                     "A head that was printed before: SEQUENCE:HEX")
        ->type_name("HEAD");
    AddJson(verify, "Report in JSON");
    verify->callback(
        [this] { code_ = JournalVerifyCommand(verify_, console_); });
    CLI::App* salvage = journal->add_subcommand(
        "salvage", "Read past damage into a world file, and say what is lost");
    salvage->footer(
        "\nExamples:\n"
        "  acl journal salvage /var/lib/acl rescued.yaml\n\n"
        "Nothing is written into the folder.\n" +
        std::string(kFormats) + kExitCodes);
    Positional(salvage, "FOLDER", &salvage_.folder, "The damaged folder");
    Positional(salvage, "OUT", &salvage_.output, "The world file to write");
    AddJson(salvage, "Report in JSON");
    salvage->callback(
        [this] { code_ = JournalSalvageCommand(salvage_, console_); });
  }

  void AddTest() {
    CLI::App* test =
        FileCommand("test", "Run assertion files: what a world has to answer",
                    "  acl test access_test.yaml\n"
                    "  acl test tests/access --junit results.xml\n");
    Files(test, &test_.files, "Assertion files, or folders of them");
    test->add_option("--junit", test_.junit, "Also write JUnit XML")
        ->type_name("FILE");
    AddJson(test, "Report in JSON");
    test->callback([this] { code_ = TestCommand(test_, console_); });
  }

  void AddManual() {
    CLI::App* completion =
        app_.add_subcommand("completion", "A completion script for a shell");
    completion->footer(
        "\nExamples:\n"
        "  source <(acl completion bash)\n"
        "  source <(acl completion zsh)\n"
        "  acl completion zsh > \"${fpath[1]}/_acl\"\n");
    completion->add_option("SHELL", shell_, "bash or zsh")
        ->required()
        ->type_name("")
        ->check(CLI::IsMember({"bash", "zsh"}));
    completion->callback([this] {
      console_.out << (shell_ == "bash" ? BashCompletion(app_)
                                        : ZshCompletion(app_));
    });
    CLI::App* man = app_.add_subcommand("man", "The manual page, as roff");
    man->footer(
        "\nExamples:\n"
        "  acl man | man -l -\n");
    man->callback([this] { console_.out << ManPage(app_); });
  }

  void AddKey() {
    CLI::App* key =
        app_.add_subcommand("key", "API keys with secrets, for the server");
    key->require_subcommand(1);
    CLI::App* create = key->add_subcommand(
        "create", "Make a key of a user or a service account");
    create->footer(
        "\nExamples:\n"
        "  acl key create user:ann -w /var/lib/acl\n"
        "  acl key create service_account:renderer -w studio.yaml --id k1\n\n"
        "The secret is shown this once; only a hash of it is kept.\n" +
        std::string(kExitCodes));
    AddCommon(create);
    Positional(create, "OWNER", &key_.owner, "user:ID or service_account:ID");
    create->add_option("--id", key_.id, "The key's id (default: a new one)")
        ->type_name("ID");
    create->add_option("--name", key_.name, "A name for people")
        ->type_name("NAME");
    create->callback(
        [this] { code_ = KeyCreateCommand(common_, key_, console_); });
  }

  void AddServe() {
    CLI::App* serve = FileCommand(
        "serve", "Answer over HTTP: the sharing API, and the engine's own",
        "  acl serve --data /var/lib/acl --listen 127.0.0.1:8080\n"
        "  acl serve --memory --world studio.yaml\n");
    AddServeOptions(serve, &serve_);
    serve->callback([this] { code_ = ServeCommand(serve_, console_); });
  }

  static void Files(CLI::App* command, std::vector<std::string>* files,
                    const std::string& what) {
    command->add_option("FILE", *files, what)->required()->type_name("");
  }

  void AddImport() {
    CLI::App* import =
        app_.add_subcommand("import", "Make a world of foreign configuration");
    import->require_subcommand(1);
    CLI::App* peribolos = import->add_subcommand(
        "peribolos", "GitHub organisations as Prow's Peribolos keeps them");
    peribolos->footer(
        "\nExamples:\n"
        "  acl import peribolos config -o github.yaml\n"
        "  acl import peribolos config --org etcd-io -o etcd.binpb\n"
        "  acl import peribolos org.yaml -o github.yaml\n\n"
        "PATH holds a folder for each organisation, with org.yaml and any "
        "number\n"
        "of teams.yaml below it; or it is a file with `orgs` on top.\n" +
        std::string(kExitCodes));
    Positional(peribolos, "PATH", &peribolos_.path, "The configuration");
    peribolos
        ->add_option("--org", peribolos_.orgs,
                     "Only this organisation; may be given several times")
        ->type_name("NAME");
    peribolos
        ->add_option("-o,--output", peribolos_.output,
                     "The world file to write, .yaml, .json, .txtpb or .binpb")
        ->required()
        ->type_name("FILE");
    AddJson(peribolos, "Sum up in JSON");
    peribolos->callback(
        [this] { code_ = ImportPeribolosCommand(peribolos_, console_); });
  }

  Console console_;
  CLI::App app_{"Who may do what, and why.", "acl"};
  Common common_;
  std::string subject_, resource_, role_, type_;
  std::optional<size_t> remedies_;
  LogArguments log_;
  DiffArguments diff_;
  ShareArguments share_;
  ApplyArguments apply_;
  ExportArguments export_;
  InitArguments init_;
  VerifyArguments verify_;
  SalvageArguments salvage_;
  TestArguments test_;
  PeribolosArguments peribolos_;
  KeyArguments key_;
  ServeArguments serve_;
  std::vector<std::string> files_;
  std::string input_, output_, shell_;
  int code_ = kAllow;
};

}  // namespace

int Run(int argc, const char* const* argv, const Console& console) {
  if (absl::Status s = CheckEnvironment(); !s.ok()) return Fail(console, s);
  return CommandLine(console).Run(argc, argv);
}

}  // namespace acl::cli
