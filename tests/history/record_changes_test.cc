// A record that is split into its changes and the rest has the same meaning as
// the whole record, whatever its bytes are.
#include "acl/history/record_changes.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace acl {
namespace {

using google::protobuf::util::MessageDifferencer;

v1::Record Sample() {
  v1::Record record;
  record.set_time_us(-5);
  record.set_actor("user:ann");
  record.set_workspace("studio");
  record.set_incarnation(0x0123456789abcdef);
  v1::ChangeRecord& call = *record.mutable_change();
  call.set_revision(300);
  call.set_reason("why");
  call.set_expected_revision(0);
  for (int i = 0; i < 3; ++i) {
    v1::AddMember& add = *call.add_changes()->mutable_add_member();
    add.set_group(absl::StrCat("g", i));
    add.set_member("user:bob");
    call.mutable_receipt()->add_changes()->set_changed(i % 2 == 0);
  }
  call.mutable_receipt()->set_changed(true);
  return record;
}

std::optional<v1::Record> Parse(absl::string_view bytes) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  return record;
}

// Parses the parts of a record and puts them together again.
std::optional<v1::Record> ParseInParts(absl::string_view bytes) {
  std::string rest;
  std::vector<absl::string_view> parts;
  if (!SplitRecord(bytes, &rest, &parts)) return std::nullopt;
  std::optional<v1::Record> record = Parse(rest);
  if (!record) return std::nullopt;
  EXPECT_EQ(record->change().changes_size(), 0);
  RecordChanges changes(std::move(parts));
  for (size_t i = 0; i < changes.size(); ++i) {
    const v1::Change* change = changes.Get(i);
    if (change == nullptr) return std::nullopt;
    *record->mutable_change()->add_changes() = *change;
  }
  return record;
}

testing::AssertionResult MeansTheSame(absl::string_view bytes) {
  const std::optional<v1::Record> whole = Parse(bytes);
  const std::optional<v1::Record> parts = ParseInParts(bytes);
  if (whole.has_value() != parts.has_value()) {
    return testing::AssertionFailure()
           << (whole ? "only the whole" : "only the parts") << " can be read";
  }
  if (whole && !MessageDifferencer::Equals(*whole, *parts)) {
    return testing::AssertionFailure() << whole->DebugString() << "is not\n"
                                       << parts->DebugString();
  }
  return testing::AssertionSuccess();
}

TEST(SplitRecord, MeansTheSameCutAnywhere) {
  const std::string bytes = Sample().SerializeAsString();
  for (size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_TRUE(MeansTheSame(absl::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(SplitRecord, MeansTheSameWithAnyByteChanged) {
  const std::string bytes = Sample().SerializeAsString();
  int read = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      EXPECT_TRUE(MeansTheSame(changed)) << at << " " << value;
      read += Parse(changed).has_value();
    }
  }
  EXPECT_GT(read, 1000);
}

TEST(SplitRecord, MeansTheSameIfPartsAreRepeatedOrReplaced) {
  const std::string change = Sample().SerializeAsString();
  v1::Record addition;
  addition.mutable_add_workspace();
  v1::Record removal;
  removal.mutable_remove_workspace();
  v1::Record import;
  import.mutable_import()->set_last(true);
  for (const v1::Record& other : {addition, removal, import}) {
    const std::string bytes = other.SerializeAsString();
    EXPECT_TRUE(MeansTheSame(bytes));
    EXPECT_TRUE(MeansTheSame(change + bytes));
    EXPECT_TRUE(MeansTheSame(bytes + change));
    EXPECT_TRUE(MeansTheSame(change + bytes + change));
  }
  EXPECT_TRUE(MeansTheSame(change + change));
  EXPECT_EQ(ParseInParts(change + change)->change().changes_size(), 6);
}

TEST(RecordChanges, OfAMessageAreThatMessages) {
  const v1::Record record = Sample();
  RecordChanges changes(&record.change());
  ASSERT_EQ(changes.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(changes.Get(i), &record.change().changes(static_cast<int>(i)));
  }
}

}  // namespace
}  // namespace acl
