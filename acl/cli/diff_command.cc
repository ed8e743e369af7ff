#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "acl/audit/world_diff.h"
#include "acl/audit/world_import.h"
#include "acl/base/fault.h"
#include "acl/base/text.h"
#include "acl/cli/commands.h"
#include "acl/cli/print.h"
#include "acl/cli/progress.h"

namespace acl::cli {
namespace {

// A world, perhaps at some moment.
struct Side {
  std::string path;
  std::string at;
};

// `PATH`, `PATH@MOMENT`, or `@MOMENT` of the world that --world names. A path
// may have an `@` in it: what is there as a whole is a path.
absl::StatusOr<Side> ReadSide(const std::string& text,
                              const std::string& world) {
  const size_t at = text.rfind('@');
  if (at == std::string::npos || IsFolder(text)) return Side{text, ""};
  Side side{text.substr(0, at), text.substr(at + 1)};
  if (!side.path.empty()) {
    return IsFolder(side.path) ? side : Side{text, ""};
  }
  if (world.empty()) {
    return Refuse(v1::MALFORMED,
                  absl::StrCat(Quoted(text),
                               " is a moment of the world that --world PATH "
                               "or ACL_WORLD names, and neither does"));
  }
  side.path = world;
  return side;
}

absl::StatusOr<std::unique_ptr<Engine>> OpenSide(const std::string& text,
                                                 const Common& common,
                                                 const Console& console) {
  const absl::StatusOr<Side> side = ReadSide(text, common.world);
  if (!side.ok()) return side.status();
  Progress progress(console, "reading " + Printable(text));
  return OpenWorld(side->path, side->at, common.workspace, progress.Sink());
}

// What was found, in order.
struct Found {
  struct Item {
    std::string workspace;
    std::string who;
    std::string resource;
    std::string before;
    std::string after;
  };
  std::vector<Item> grants;
  std::vector<Item> roles;
  bool equal() const { return grants.empty() && roles.empty(); }
};

absl::StatusOr<Found> Compare(const DiffArguments& arguments,
                              const Common& common, const Console& console) {
  const auto before = OpenSide(arguments.before, common, console);
  if (!before.ok()) return before.status();
  const auto after = OpenSide(arguments.after, common, console);
  if (!after.ok()) return after.status();
  Found found;
  const DiffVisitor visitor{
      [&](const std::string& workspace, const GrantChange& change) {
        found.grants.push_back({workspace, change.target, change.resource,
                                change.before, change.after});
      },
      [&](const std::string& workspace, const RoleChange& change) {
        found.roles.push_back({workspace, change.subject, change.resource,
                               change.before, change.after});
      }};
  const Progress progress(console, "comparing");
  const absl::Status compared =
      VisitDiff(**before, **after, common.workspace, visitor);
  if (!compared.ok()) return compared;
  return found;
}

std::string ItemsText(const std::vector<Found::Item>& items, const char* what) {
  if (items.empty()) return absl::StrCat("no ", what, " differs\n");
  std::string text =
      absl::StrCat(Some(items.size(), what),
                   items.size() == 1 ? " differs:\n" : " differ:\n");
  for (const Found::Item& item : items) {
    absl::StrAppend(&text, "  ", Printable(item.workspace), "  ",
                    Printable(item.who), " on ", Printable(item.resource), ": ",
                    item.before, " -> ", item.after, "\n");
  }
  return text;
}

Json ItemsJson(const std::vector<Found::Item>& items, const char* who) {
  Json list = Json::array();
  for (const Found::Item& item : items) {
    list.push_back({{"workspace", item.workspace},
                    {who, item.who},
                    {"resource", item.resource},
                    {"before", item.before},
                    {"after", item.after}});
  }
  return list;
}

}  // namespace

ExitCode DiffCommand(const Common& common, const DiffArguments& arguments,
                     const Console& console) {
  const absl::StatusOr<Found> found = Compare(arguments, common, console);
  if (!found.ok()) {
    // 1 says that they differ.
    Fail(console, found.status());
    return kBadInput;
  }
  console.out << (console.json
                      ? Dump({{"equal", found->equal()},
                              {"grants", ItemsJson(found->grants, "target")},
                              {"effective_roles",
                               ItemsJson(found->roles, "subject")}}) +
                            "\n"
                      : ItemsText(found->grants, "grant") +
                            ItemsText(found->roles, "effective role"));
  return found->equal() ? kAllow : kDiffers;
}

}  // namespace acl::cli
