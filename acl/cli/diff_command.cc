#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "acl/audit/changes_between.h"
#include "acl/audit/world_diff.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"
#include "acl/cli/sums.h"
#include "acl/encoding/encoding.h"
#include "acl/encoding/file.h"

namespace acl::cli {
namespace {

bool IsMoment(const std::string& text) { return text[0] == '@'; }

// Parses `PATH`, `FOLDER@MOMENT`, or `@MOMENT` of the world named by --world.
absl::StatusOr<WorldPlace> ReadSide(const std::string& text,
                                    const std::string& world) {
  if (!IsMoment(text)) return ReadWorldPlace(text);
  if (world.empty()) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Quoted(text),
                               " is a moment of the world that --world PATH "
                               "or ACL_WORLD names, and neither does"));
  }
  return WorldPlace{world, text.substr(1)};
}

absl::StatusOr<std::unique_ptr<Engine>> OpenSide(const std::string& text,
                                                 const Common& common,
                                                 const Console& console) {
  const absl::StatusOr<WorldPlace> side = ReadSide(text, common.world);
  if (!side.ok()) return side.status();
  Progress progress(console, "reading " + Printable(text));
  return OpenWorld(side->path, side->at, common.workspace, progress.Sink());
}

absl::Status CheckArguments(const DiffArguments& arguments) {
  if (!arguments.world_named || IsMoment(arguments.before) ||
      IsMoment(arguments.after)) {
    return absl::OkStatus();
  }
  return Refuse(v1::MALFORMED,
                "`--world` is for `@MOMENT`, and neither A nor B is one; leave "
                "it out");
}

struct Found {
  DifferenceList grants;
  DifferenceList roles;
  bool equal() const { return grants.size() == 0 && roles.size() == 0; }
};

absl::StatusOr<Found> Compare(const DiffArguments& arguments,
                              const Common& common, const Console& console) {
  const auto before = OpenSide(arguments.before, common, console);
  if (!before.ok()) return before.status();
  const auto after = OpenSide(arguments.after, common, console);
  if (!after.ok()) return after.status();
  const auto form =
      console.json ? DifferenceList::Form::kJson : DifferenceList::Form::kText;
  Found found{{form, arguments.summary, "target"},
              {form, arguments.summary, "subject"}};
  const DiffVisitor visitor{
      [&](const std::string& workspace, const GrantChange& change) {
        found.grants.Add(workspace, change.target, change.resource,
                         change.before, change.after);
      },
      [&](const std::string& workspace, const RoleChange& change) {
        found.roles.Add(workspace, change.subject, change.resource,
                        change.before, change.after);
      }};
  const Progress progress(console, "comparing");
  const absl::Status compared =
      VisitDiff(**before, **after, common.workspace, visitor);
  if (!compared.ok()) return compared;
  return found;
}

std::string ItemsText(const DifferenceList& items, const char* what) {
  if (items.size() == 0) return absl::StrCat("no ", what, " differs\n");
  return absl::StrCat(Some(items.size(), what),
                      items.size() == 1 ? " differs:\n" : " differ:\n",
                      items.Text());
}

// The ids of the workspaces to compare.
std::set<std::string> IdsOf(const Engine& before, const Engine& after,
                            const std::string& wanted) {
  if (!wanted.empty()) return {wanted};
  std::set<std::string> ids;
  for (const Engine* engine : {&before, &after}) {
    for (std::string& id : engine->WorkspaceIds()) ids.insert(std::move(id));
  }
  return ids;
}

absl::StatusOr<v1::ChangeFile> ChangesOf(const Engine& before,
                                         const Engine& after,
                                         const std::string& id) {
  const absl::StatusOr<Workspace> a = before.FindWorkspace(id);
  const absl::StatusOr<Workspace> b = after.FindWorkspace(id);
  if (!a.ok() && !b.ok()) {
    return Refuse(
        v1::WORKSPACE_NOT_FOUND,
        absl::StrCat("workspace ", Quoted(id), " exists on neither side"));
  }
  if (!b.ok()) {
    const absl::StatusOr<RevisionToken> now = a->Token();
    if (!now.ok()) return now.status();
    v1::ChangeFile removal;
    removal.set_workspace(id);
    removal.set_expected_revision(now->revision);
    removal.set_remove_workspace(true);
    return removal;
  }
  if (!a.ok()) {
    absl::StatusOr<v1::Workspace> whole = b->Export();
    if (!whole.ok()) return whole.status();
    v1::ChangeFile addition;
    addition.set_workspace(id);
    *addition.mutable_add_workspace() = *std::move(whole);
    // It becomes a new workspace, whatever its revision on the other side.
    addition.mutable_add_workspace()->clear_revision();
    return addition;
  }
  const absl::StatusOr<v1::Workspace> old_state = a->Export();
  if (!old_state.ok()) return old_state.status();
  const absl::StatusOr<v1::Workspace> new_state = b->Export();
  if (!new_state.ok()) return new_state.status();
  return ChangesBetween(*old_state, *new_state);
}

bool IsEmpty(const v1::ChangeFile& file) {
  return file.changes().empty() && !file.has_add_workspace() &&
         !file.remove_workspace();
}

// The changes of the only workspace that differs; empty if none differs.
absl::StatusOr<v1::ChangeFile> FindChanges(const Engine& before,
                                           const Engine& after,
                                           const std::string& wanted) {
  v1::ChangeFile found;
  std::vector<std::string> differ;
  for (const std::string& id : IdsOf(before, after, wanted)) {
    absl::StatusOr<v1::ChangeFile> changes = ChangesOf(before, after, id);
    if (!changes.ok()) return changes.status();
    if (!IsEmpty(*changes)) differ.push_back(Quoted(id));
    if (!IsEmpty(*changes) || found.workspace().empty()) {
      found = *std::move(changes);
    }
  }
  if (differ.size() <= 1) return found;
  return Refuse(v1::MALFORMED,
                absl::StrCat("workspaces ", absl::StrJoin(differ, ", "),
                             " differ, and a change file is of one; choose it "
                             "by --workspace ID"));
}

std::string WrittenText(const std::string& path, const v1::ChangeFile& file) {
  const std::string of = absl::StrCat("workspace ", Quoted(file.workspace()));
  if (IsEmpty(file)) {
    return absl::StrCat(Printable(path), ": no change; ", of,
                        " does not differ\n");
  }
  const std::string what =
      file.has_add_workspace() ? absl::StrCat("adds ", of)
      : file.remove_workspace()
          ? absl::StrCat("removes ", of, " at revision ",
                         file.expected_revision())
          : absl::StrCat(
                Some(static_cast<size_t>(file.changes_size()), "change"),
                " of ", of, " at revision ", file.expected_revision());
  return absl::StrCat(Printable(path), ": ", what, "\n",
                      KindsText(KindsOf(file)));
}

Json WrittenJson(const std::string& path, const v1::ChangeFile& file) {
  return {{"file", path},
          {"workspace", file.workspace()},
          {"revision", file.expected_revision()},
          {"equal", IsEmpty(file)},
          {"changes", file.changes_size()},
          {"kinds", KindsOf(file)}};
}

absl::StatusOr<v1::ChangeFile> WriteChanges(const DiffArguments& arguments,
                                            const Common& common,
                                            const Console& console) {
  const absl::StatusOr<Encoding> encoding = EncodingOf(arguments.changes);
  if (!encoding.ok()) return encoding.status();
  const auto before = OpenSide(arguments.before, common, console);
  if (!before.ok()) return before.status();
  const auto after = OpenSide(arguments.after, common, console);
  if (!after.ok()) return after.status();
  const Progress progress(console, "comparing");
  absl::StatusOr<v1::ChangeFile> file =
      FindChanges(**before, **after, common.workspace);
  if (!file.ok()) return file.status();
  const absl::Status written =
      WriteFile(arguments.changes, WriteMessage(*encoding, *file));
  if (!written.ok()) return written;
  return file;
}

ExitCode ChangesCommand(const Common& common, const DiffArguments& arguments,
                        const Console& console) {
  const absl::StatusOr<v1::ChangeFile> file =
      WriteChanges(arguments, common, console);
  if (!file.ok()) {
    Fail(console, file.status());
    return kBadInput;
  }
  console.out << (console.json
                      ? Dump(WrittenJson(arguments.changes, *file)) + "\n"
                      : WrittenText(arguments.changes, *file));
  return IsEmpty(*file) ? kAllow : kDiffers;
}

}  // namespace

ExitCode DiffCommand(const Common& common, const DiffArguments& arguments,
                     const Console& console) {
  if (absl::Status s = CheckArguments(arguments); !s.ok()) {
    Fail(console, s);
    return kBadInput;
  }
  if (!arguments.changes.empty()) {
    return ChangesCommand(common, arguments, console);
  }
  const absl::StatusOr<Found> found = Compare(arguments, common, console);
  if (!found.ok()) {
    // Exit code 1 already means that the worlds differ.
    Fail(console, found.status());
    return kBadInput;
  }
  console.out << (console.json
                      ? Dump({{"equal", found->equal()},
                              {"grants", found->grants.ToJson()},
                              {"effective_roles", found->roles.ToJson()}}) +
                            "\n"
                      : ItemsText(found->grants, "grant") +
                            ItemsText(found->roles, "effective role"));
  return found->equal() ? kAllow : kDiffers;
}

}  // namespace acl::cli
