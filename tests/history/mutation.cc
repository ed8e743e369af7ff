#include "tests/history/mutation.h"

#include <limits>
#include <utility>

namespace acl {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void Mutator::Change(Message* message) {
  places_.clear();
  Collect(message);
  const Place place = places_[Below(places_.size())];
  if (place.field->is_repeated()) {
    ChangeList(place);
  } else {
    ChangeSingle(place);
  }
}

void Mutator::Collect(Message* message) {
  const Reflection& r = *message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    places_.push_back({message, field});
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (r.HasField(*message, field)) {
        Collect(r.MutableMessage(message, field));
      }
      continue;
    }
    for (int j = 0; j < r.FieldSize(*message, field); ++j) {
      Collect(r.MutableRepeatedMessage(message, field, j));
    }
  }
}

void Mutator::ChangeList(const Place& place) {
  const Reflection& r = *place.message->GetReflection();
  const int size = r.FieldSize(*place.message, place.field);
  if (size == 0) return ChangeEntry(place, -1);
  const auto any = [&] {
    return static_cast<int>(Below(static_cast<size_t>(size)));
  };
  switch (Below(5)) {
    case 0:
      return r.RemoveLast(place.message, place.field);
    case 1:
      return r.SwapElements(place.message, place.field, any(), any());
    case 2:
      return ChangeEntry(place, -1);
    default:
      return ChangeEntry(place, any());
  }
}

// Changes an entry of a list; -1 adds one.
void Mutator::ChangeEntry(const Place& place, int index) {
  Message* const m = place.message;
  const FieldDescriptor* const f = place.field;
  const Reflection& r = *m->GetReflection();
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      if (index < 0) return r.AddUInt32(m, f, static_cast<uint32_t>(Number(1)));
      return r.SetRepeatedUInt32(
          m, f, index,
          static_cast<uint32_t>(Number(r.GetRepeatedUInt32(*m, f, index))));
    case FieldDescriptor::CPPTYPE_STRING:
      if (index < 0) return r.AddString(m, f, Text("x"));
      return r.SetRepeatedString(m, f, index,
                                 Text(r.GetRepeatedString(*m, f, index)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (index >= 0) return r.MutableRepeatedMessage(m, f, index)->Clear();
      if (const int size = r.FieldSize(*m, f); size > 0) {
        r.AddMessage(m, f)->CopyFrom(r.GetRepeatedMessage(*m, f, size - 1));
        return;
      }
      r.AddMessage(m, f);
      return;
    default:
      return;
  }
}

void Mutator::ChangeSingle(const Place& place) {
  Message* const m = place.message;
  const FieldDescriptor* const f = place.field;
  const Reflection& r = *m->GetReflection();
  if (Below(4) == 0) return r.ClearField(m, f);
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return r.SetUInt32(m, f,
                         static_cast<uint32_t>(Number(r.GetUInt32(*m, f))));
    case FieldDescriptor::CPPTYPE_UINT64:
      return r.SetUInt64(m, f, Number(r.GetUInt64(*m, f)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.SetBool(m, f, !r.GetBool(*m, f));
    case FieldDescriptor::CPPTYPE_STRING:
      return r.SetString(m, f, Text(r.GetString(*m, f)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      r.MutableMessage(m, f);
      return;
    default:
      return;
  }
}

uint64_t Mutator::Number(uint64_t old) {
  switch (Below(7)) {
    case 0:
      return 0;
    case 1:
      return old + 1;
    case 2:
      return old - 1;
    case 3:
      return old ^ uint64_t { 1 } << Below(32);
    case 4:
      return std::numeric_limits<uint64_t>::max() >> Below(64);
    default:
      return Below(80);
  }
}

std::string Mutator::Text(std::string old) {
  const size_t at = old.empty() ? 0 : Below(old.size());
  switch (Below(6)) {
    case 0:
      return "";
    case 1:
      return old.substr(0, at);
    case 2:
      return old.insert(at, 1, static_cast<char>(Below(256)));
    case 3:
      return old.insert(at, old.substr(at, 1 + Below(4)));
    default:
      if (!old.empty()) old[at] = static_cast<char>(old[at] ^ 1 << Below(8));
      return old;
  }
}

}  // namespace acl
