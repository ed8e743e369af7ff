// Form: what can be decided about ids, names and e-mail addresses without a
// state.

#include <algorithm>
#include <utility>

#include "tests/oracle/model.h"

namespace acl::oracle {
namespace {

// Reads one character at `*pos` and moves past it. Returns nullopt if the bytes
// are not UTF-8; overlong forms, surrogates and values over U+10FFFF are not.
std::optional<uint32_t> ReadCharacter(std::string_view text, size_t* pos) {
  const auto byte = [&](size_t at) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[at]));
  };
  const uint32_t first = byte(*pos);
  size_t length = 0;
  uint32_t value = 0;
  uint32_t smallest = 0;  // the smallest value that needs this length
  if (first < 0x80) {
    length = 1, value = first, smallest = 0;
  } else if (first >= 0xC0 && first < 0xE0) {
    length = 2, value = first - 0xC0, smallest = 0x80;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, value = first - 0xE0, smallest = 0x800;
  } else if (first >= 0xF0 && first < 0xF8) {
    length = 4, value = first - 0xF0, smallest = 0x10000;
  } else {
    return std::nullopt;  // a continuation byte, or 0xF8 to 0xFF
  }
  if (*pos + length > text.size()) return std::nullopt;
  for (size_t i = 1; i < length; ++i) {
    const uint32_t next = byte(*pos + i);
    if (next < 0x80 || next >= 0xC0) return std::nullopt;
    value = value * 64 + (next - 0x80);
  }
  if (value < smallest || value > 0x10FFFF) return std::nullopt;
  if (value >= 0xD800 && value <= 0xDFFF) return std::nullopt;
  *pos += length;
  return value;
}

bool IsControlCharacter(uint32_t value) {
  return value <= 0x1F || value == 0x7F || (value >= 0x80 && value <= 0x9F);
}

bool IsWhiteSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' ||
         c == '\r';
}

// White space and format characters beyond ASCII, with the names of their
// blocks.
bool IsInvisible(uint32_t c) {
  if (c >= 0xE0001 && c <= 0xE007F) return c == 0xE0001 || c >= 0xE0020;
  switch (c) {
    case 0xA0:    // no-break space
    case 0xAD:    // soft hyphen
    case 0x061C:  // Arabic letter mark
    case 0x06DD:  // end of ayah
    case 0x070F:  // Syriac abbreviation mark
    case 0x0890:  // Arabic pound and piastre marks
    case 0x0891:
    case 0x08E2:   // disputed end of ayah
    case 0x1680:   // Ogham space
    case 0x180E:   // Mongolian vowel separator
    case 0x3000:   // ideographic space
    case 0xFEFF:   // byte order mark
    case 0x110BD:  // Kaithi number signs
    case 0x110CD:
      return true;
    default:
      break;
  }
  return (c >= 0x0600 && c <= 0x0605) ||    // Arabic number signs
         (c >= 0x2000 && c <= 0x200F) ||    // spaces, zero-width, marks
         (c >= 0x2028 && c <= 0x202F) ||    // separators, embeddings
         (c >= 0x205F && c <= 0x206F) ||    // invisible operators, isolates
         (c >= 0xFFF9 && c <= 0xFFFB) ||    // interlinear annotations
         (c >= 0x13430 && c <= 0x1343F) ||  // Egyptian format controls
         (c >= 0x1BCA0 && c <= 0x1BCA3) ||  // shorthand format controls
         (c >= 0x1D173 && c <= 0x1D17A);    // musical beams and slurs
}

bool AllDifferent(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() ==
         names.size();
}

bool IsLadder(const std::vector<std::string>& roles) {
  return !roles.empty() && roles.size() <= 15 && AllDifferent(roles) &&
         std::all_of(roles.begin(), roles.end(), IsRoleName);
}

bool IsTypeTable(const std::vector<std::string>& types) {
  return !types.empty() && types.size() <= 1024 && AllDifferent(types) &&
         std::all_of(types.begin(), types.end(), IsTypeName);
}

bool IsResourceId(const ResourceId& resource) {
  return IsTypeName(resource.type) && IsId(resource.id);
}

// Only a thing that is added must not have the reserved word as its id.
// Elsewhere it is just an id that does not exist.
bool IsAddition(ChangeKind kind) {
  return kind == ChangeKind::kAddUser ||
         kind == ChangeKind::kAddServiceAccount ||
         kind == ChangeKind::kAddKey || kind == ChangeKind::kAddGroup;
}

// Checks the id, the name and the e-mail address of a change with an id, and
// puts the address into canonical form.
bool CanonicalFields(Change* change) {
  if (!(IsAddition(change->kind) ? IsNamedId : IsId)(change->id)) return false;
  if (change->name && !IsDisplayName(*change->name)) return false;
  if (change->email && !change->email->empty()) {
    change->email = CanonicalEmail(*change->email);
    if (!change->email) return false;
  }
  return true;
}

// Checks the fields of a change that names a resource, and puts the target into
// canonical form.
bool CanonicalOnResource(Change* change) {
  if (!IsResourceId(change->resource)) return false;
  const bool share = change->kind == ChangeKind::kShare;
  if (share || change->kind == ChangeKind::kUnshare) {
    const std::optional<Target> target = Canonical(change->target);
    if (!target) return false;
    change->target = *target;
  }
  // `none` has the form of a role; Model::Apply() refuses it with a fault of
  // its own.
  if (share && change->role != "none" && !IsRoleName(change->role)) {
    return false;
  }
  if (change->creator && !IsId(change->creator->id)) return false;
  return !change->name || IsDisplayName(*change->name);
}

}  // namespace

bool IsCleanText(std::string_view text, size_t min, size_t max) {
  if (text.size() < min || text.size() > max) return false;
  for (size_t pos = 0; pos < text.size();) {
    const std::optional<uint32_t> character = ReadCharacter(text, &pos);
    if (!character || IsControlCharacter(*character)) return false;
  }
  return true;
}

bool IsId(std::string_view id) { return IsCleanText(id, 1, 512); }

bool IsNamedId(std::string_view id) { return IsId(id) && id != "default"; }

bool IsRoleName(std::string_view name) {
  return IsCleanText(name, 1, 64) && name != "none";
}

bool IsTypeName(std::string_view name) {
  return IsCleanText(name, 1, 64) && name.find(':') == name.npos;
}

bool IsDisplayName(std::string_view name) { return IsCleanText(name, 0, 512); }

std::optional<std::string> CanonicalEmail(std::string_view email) {
  while (!email.empty() && IsWhiteSpace(email.front())) email.remove_prefix(1);
  while (!email.empty() && IsWhiteSpace(email.back())) email.remove_suffix(1);
  if (!IsCleanText(email, 1, 254)) return std::nullopt;
  if (std::count_if(email.begin(), email.end(), IsWhiteSpace) != 0) {
    return std::nullopt;
  }
  for (size_t pos = 0; pos < email.size();) {
    const std::optional<uint32_t> character = ReadCharacter(email, &pos);
    if (!character || IsInvisible(*character)) return std::nullopt;
  }
  if (std::count(email.begin(), email.end(), '@') != 1) return std::nullopt;
  if (email.front() == '@' || email.back() == '@') return std::nullopt;
  std::string canonical(email);
  for (char& c : canonical) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return canonical;
}

std::optional<Subject> Canonical(const Subject& subject) {
  if (subject.kind == SubjectKind::kEmail) {
    std::optional<std::string> email = CanonicalEmail(subject.id);
    if (!email) return std::nullopt;
    return Subject{SubjectKind::kEmail, *std::move(email)};
  }
  if (!IsId(subject.id)) return std::nullopt;
  return subject;
}

std::optional<Actor> Canonical(const Actor& actor) {
  if (actor.system) return Actor::System();
  std::optional<Subject> subject = Canonical(actor.subject);
  if (!subject) return std::nullopt;
  return Actor::Is(*std::move(subject));
}

std::optional<Target> Canonical(const Target& target) {
  if (target.kind == TargetKind::kDefault) return Target{target.kind, ""};
  if (target.kind == TargetKind::kEmail) {
    std::optional<std::string> email = CanonicalEmail(target.id);
    if (!email) return std::nullopt;
    return Target{TargetKind::kEmail, *std::move(email)};
  }
  if (!IsId(target.id)) return std::nullopt;
  return target;
}

std::optional<Change> Canonical(const Change& change) {
  Change result = change;
  bool good = false;
  switch (change.kind) {
    case ChangeKind::kSetLimit:
      good = true;
      break;
    case ChangeKind::kSetLadder:
      good = IsLadder(change.names);
      break;
    case ChangeKind::kSetResourceTypes:
      good = IsTypeTable(change.names);
      break;
    case ChangeKind::kAddResource:
    case ChangeKind::kUpdateResource:
    case ChangeKind::kRemoveResource:
    case ChangeKind::kShare:
    case ChangeKind::kUnshare:
      good = CanonicalOnResource(&result);
      break;
    case ChangeKind::kAddKey:
      good = CanonicalFields(&result) && IsId(change.owner.id);
      break;
    case ChangeKind::kAddMember:
    case ChangeKind::kRemoveMember:
      good = CanonicalFields(&result) && IsId(change.member.id);
      break;
    default:
      good = CanonicalFields(&result);
      break;
  }
  if (!good) return std::nullopt;
  return result;
}

}  // namespace acl::oracle
