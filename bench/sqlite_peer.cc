#include "bench/sqlite_peer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/loaded_world.h"

namespace acl::bench {
namespace {

constexpr char kTables[] =
    "CREATE TABLE grants (resource TEXT, principal TEXT, role INTEGER,"
    " PRIMARY KEY (resource, principal)) WITHOUT ROWID;"
    "CREATE TABLE members (user TEXT, grp TEXT,"
    " PRIMARY KEY (user, grp)) WITHOUT ROWID;";

// CROSS JOIN keeps SQLite from reading the table of grants first.
constexpr char kQuestion[] =
    "SELECT max(role) FROM ("
    " SELECT role FROM grants"
    "  WHERE resource = ?1 AND principal IN (?2, 'default')"
    " UNION ALL"
    " SELECT role FROM members CROSS JOIN grants"
    "  ON resource = ?1 AND principal = grp WHERE user = ?2)";

void Bind(sqlite3_stmt* statement, int place, absl::string_view text) {
  sqlite3_bind_text(statement, place, text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
}

}  // namespace

SqlitePeer::SqlitePeer(const Generator& world) {
  RequireThat(sqlite3_open(":memory:", &database_) == SQLITE_OK,
              "SQLite does not open");
  Run(kTables);
  Fill(world);
  question_ = Prepare(kQuestion);
}

SqlitePeer::~SqlitePeer() {
  sqlite3_finalize(question_);
  sqlite3_close(database_);
}

void SqlitePeer::Run(const char* sql) {
  RequireThat(
      sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK,
      absl::StrCat("SQLite: ", sqlite3_errmsg(database_)));
}

sqlite3_stmt* SqlitePeer::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  RequireThat(
      sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK,
      absl::StrCat("SQLite: ", sqlite3_errmsg(database_)));
  return statement;
}

void SqlitePeer::Fill(const Generator& world) {
  Run("BEGIN");
  sqlite3_stmt* const member = Prepare("INSERT INTO members VALUES (?, ?)");
  sqlite3_stmt* const grant = Prepare("INSERT INTO grants VALUES (?, ?, ?)");
  const auto insert = [&](sqlite3_stmt* statement) {
    RequireThat(sqlite3_step(statement) == SQLITE_DONE,
                absl::StrCat("SQLite: ", sqlite3_errmsg(database_)));
    sqlite3_reset(statement);
  };
  std::vector<uint32_t> groups;
  for (uint32_t user = 0; user < world.shape().users; ++user) {
    const std::string name = UserName(user);
    world.AllGroupsOf(user, &groups);
    for (const uint32_t group : groups) {
      const std::string group_name = GroupName(group);
      Bind(member, 1, name);
      Bind(member, 2, group_name);
      insert(member);
    }
  }
  world.VisitGrants([&](uint32_t resource, const PlainGrant& given) {
    const std::string name = ResourceName(resource);
    const std::string principal = PrincipalName(given);
    Bind(grant, 1, name);
    Bind(grant, 2, principal);
    sqlite3_bind_int(grant, 3, static_cast<int>(given.role));
    insert(grant);
  });
  sqlite3_finalize(member);
  sqlite3_finalize(grant);
  Run("COMMIT");
}

uint32_t SqlitePeer::RoleOf(absl::string_view user,
                            absl::string_view resource) const {
  Bind(question_, 1, resource);
  Bind(question_, 2, user);
  RequireThat(sqlite3_step(question_) == SQLITE_ROW, "SQLite gives no answer");
  const int role = sqlite3_column_int(question_, 0);  // null is 0
  sqlite3_reset(question_);
  return static_cast<uint32_t>(role);
}

}  // namespace acl::bench
