// The states that the disk may have after a crash.
#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "tests/journal/memory_files.h"

namespace acl {
namespace {

constexpr uint64_t kMany = std::numeric_limits<uint64_t>::max();

uint64_t Times(uint64_t a, uint64_t b) {
  return a != 0 && b > kMany / a ? kMany : a * b;
}

uint64_t Plus(uint64_t a, uint64_t b) { return b > kMany - a ? kMany : a + b; }

// A simple generator of random numbers, since every image needs some.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  // A number below `end`. REQUIRES: end > 0.
  uint64_t Below(uint64_t end) { return engine_() % end; }
  bool Toss() { return Below(2) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace

// Visits the images of one power cut, or some of them.
class PowerCut {
 public:
  using Visitor = absl::FunctionRef<bool(MemoryFiles* image)>;

  PowerCut(MemoryFiles::Nodes nodes, const ImageOptions& options, Visitor visit)
      : options_(options),
        visit_(visit),
        dice_(options.seed),
        nodes_(std::move(nodes)),
        image_(nodes_) {
    FindFolders(0);
    FindLoose();
  }

  // The next two functions return false if the visitor wants no more.

  // Visits everything that was written, with the write in flight cut at every
  // byte.
  bool Torn(const MemoryFiles::WriteInFlight& write);
  // Visits every image without a cut write, or some of them.
  bool All();

  const ImageCount& count() const { return count_; }

 private:
  using Node = MemoryFiles::Node;
  using NodePointer = std::shared_ptr<Node>;
  using Names = MemoryFiles::Names;

  // A folder with all the states it may have on the disk, unless there are too
  // many.
  struct Folder {
    size_t id;
    std::vector<NodePointer> choices;
  };
  // A file that is not durable as it is, with its possible sizes.
  struct Loose {
    std::vector<uint64_t> sizes;
    uint64_t images = 0;
  };

  void FindFolders(size_t id);
  void ListChoices(Folder* folder) const;
  Names NamesWithout(const Node& folder,
                     absl::FunctionRef<bool(size_t)> lost) const;
  static NodePointer FolderOf(Names names);

  void FindLoose();
  std::vector<uint64_t> SizesOf(const Node& file) const;
  static uint64_t CountOf(const Node& file, const std::vector<uint64_t>& sizes);

  // Finds the loose files that have names in the image.
  void Reach(size_t folder, std::vector<size_t>* files) const;
  uint64_t Count(size_t folder);

  // Visits all images. These functions return false if the visitor wants no
  // more.
  bool EveryFolder(size_t folder);
  bool EveryFile(const std::vector<size_t>& files, size_t index);
  bool EverySector(const std::vector<size_t>& files, size_t index,
                   uint64_t size, std::vector<size_t>* versions);

  // Visits random images.
  bool Sample();
  bool Extreme(bool newest);
  Names DrawNames(const Node& folder);
  NodePointer DrawFile(const Node& file);
  void DrawVersions(const Node& file, std::vector<size_t>* versions);

  // The file with these versions of its sectors, in order. Sectors without a
  // version are beyond the size.
  static NodePointer FileOf(const Node& file, uint64_t size,
                            const std::vector<size_t>& versions);
  bool Emit();

  const ImageOptions options_;
  const Visitor visit_;
  Dice dice_;
  const MemoryFiles::Nodes nodes_;  // at the time of the power cut
  MemoryFiles::Nodes image_;        // built from the nodes
  std::vector<Folder> folders_;     // each after its parent folder
  std::map<size_t, Loose> loose_;
  ImageCount count_;
};

// Names.

PowerCut::Names PowerCut::NamesWithout(
    const Node& folder, absl::FunctionRef<bool(size_t)> lost) const {
  Names names = folder.durable_names;
  for (size_t i = 0; i < folder.changes.size(); ++i) {
    if (!lost(i)) MemoryFiles::Apply(folder.changes[i], &names);
  }
  return names;
}

PowerCut::NodePointer PowerCut::FolderOf(Names names) {
  auto node = std::make_shared<Node>();
  node->folder = true;
  node->durable_names = names;
  node->names = std::move(names);
  return node;
}

void PowerCut::ListChoices(Folder* folder) const {
  const Node& node = *nodes_[folder->id];
  const size_t changes = node.changes.size();
  std::set<Names> choices;
  if (options_.any_names) {
    if (changes >= 20 || uint64_t{1} << changes > options_.exact_limit) return;
    for (uint64_t kept = 0; kept < uint64_t{1} << changes; ++kept) {
      choices.insert(
          NamesWithout(node, [&](size_t i) { return (kept >> i & 1) == 0; }));
    }
  } else {
    for (size_t kept = 0; kept <= changes; ++kept) {
      choices.insert(NamesWithout(node, [&](size_t i) { return i >= kept; }));
    }
  }
  for (const Names& names : choices) {
    folder->choices.push_back(FolderOf(names));
  }
}

void PowerCut::FindFolders(size_t id) {
  for (const Folder& known : folders_) {
    if (known.id == id) return;
  }
  folders_.push_back({id, {}});
  ListChoices(&folders_.back());
  const Node& node = *nodes_[id];
  std::set<size_t> within;
  for (const auto& name : node.durable_names) within.insert(name.second);
  for (const auto& change : node.changes) within.insert(change.node);
  for (const size_t child : within) {
    if (nodes_[child]->folder) FindFolders(child);
  }
}

// Contents.

std::vector<uint64_t> PowerCut::SizesOf(const Node& file) const {
  if (file.sizes.empty()) return {file.bytes.size()};
  const auto [least, most] =
      std::minmax_element(file.sizes.begin(), file.sizes.end());
  std::set<uint64_t> sizes(file.sizes.begin(), file.sizes.end());
  const uint64_t grain = options_.every_size ? 1 : MemoryFiles::kSectorBytes;
  for (uint64_t size = *least / grain * grain; size < *most; size += grain) {
    if (size > *least) sizes.insert(size);
  }
  return std::vector<uint64_t>(sizes.begin(), sizes.end());
}

uint64_t PowerCut::CountOf(const Node& file,
                           const std::vector<uint64_t>& sizes) {
  uint64_t images = 0;
  uint64_t product = 1;
  auto next = file.unsynced.begin();
  for (const uint64_t size : sizes) {
    for (; next != file.unsynced.end() &&
           next->first * MemoryFiles::kSectorBytes < size;
         ++next) {
      product = Times(product, next->second.versions.size());
    }
    images = Plus(images, product);
  }
  return images;
}

void PowerCut::FindLoose() {
  for (size_t id = 0; id < nodes_.size(); ++id) {
    const Node& node = *nodes_[id];
    if (node.folder || (node.unsynced.empty() && node.sizes.empty())) continue;
    Loose loose;
    loose.sizes = SizesOf(node);
    loose.images = CountOf(node, loose.sizes);
    loose_.emplace(id, std::move(loose));
  }
}

PowerCut::NodePointer PowerCut::FileOf(const Node& file, uint64_t size,
                                       const std::vector<size_t>& versions) {
  auto node = std::make_shared<Node>();
  std::string& bytes = node->bytes;
  bytes.reserve(size);
  bytes.append(file.bytes, 0, size);
  bytes.resize(size);
  size_t index = 0;
  for (const auto& [number, sector] : file.unsynced) {
    const uint64_t begin = number * MemoryFiles::kSectorBytes;
    if (begin >= size) break;
    const uint64_t room =
        std::min<uint64_t>(MemoryFiles::kSectorBytes, size - begin);
    const std::string& version = sector.versions[versions[index++]];
    const size_t copied = version.copy(&bytes[begin], room);
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(begin + copied),
                room - copied, '\0');
  }
  return node;
}

bool PowerCut::Emit() {
  ++count_.visited;
  MemoryFiles image(image_, false, std::nullopt);
  return visit_(&image);
}

// All images.

void PowerCut::Reach(size_t folder, std::vector<size_t>* files) const {
  for (const auto& name : image_[folder]->names) {
    if (nodes_[name.second]->folder) {
      Reach(name.second, files);
    } else if (loose_.count(name.second) > 0) {
      files->push_back(name.second);
    }
  }
}

uint64_t PowerCut::Count(size_t folder) {
  if (folder == folders_.size()) {
    std::vector<size_t> files;
    Reach(0, &files);
    uint64_t images = 1;
    for (const size_t id : files) images = Times(images, loose_.at(id).images);
    return images;
  }
  if (folders_[folder].choices.empty()) return kMany;
  uint64_t images = 0;
  for (const NodePointer& choice : folders_[folder].choices) {
    image_[folders_[folder].id] = choice;
    images = Plus(images, Count(folder + 1));
    if (images > options_.exact_limit) break;
  }
  return images;
}

bool PowerCut::EveryFolder(size_t folder) {
  if (folder == folders_.size()) {
    std::vector<size_t> files;
    Reach(0, &files);
    return EveryFile(files, 0);
  }
  for (const NodePointer& choice : folders_[folder].choices) {
    image_[folders_[folder].id] = choice;
    if (!EveryFolder(folder + 1)) return false;
  }
  return true;
}

bool PowerCut::EveryFile(const std::vector<size_t>& files, size_t index) {
  if (index == files.size()) return Emit();
  std::vector<size_t> versions;
  for (const uint64_t size : loose_.at(files[index]).sizes) {
    if (!EverySector(files, index, size, &versions)) return false;
  }
  return true;
}

bool PowerCut::EverySector(const std::vector<size_t>& files, size_t index,
                           uint64_t size, std::vector<size_t>* versions) {
  const Node& file = *nodes_[files[index]];
  // Counts through all combinations; the first sector changes fastest.
  std::vector<size_t> ends;
  for (const auto& [number, sector] : file.unsynced) {
    if (number * MemoryFiles::kSectorBytes >= size) break;
    ends.push_back(sector.versions.size());
  }
  versions->assign(ends.size(), 0);
  for (;;) {
    image_[files[index]] = FileOf(file, size, *versions);
    if (!EveryFile(files, index + 1)) return false;
    size_t digit = 0;
    while (digit < ends.size() && ++(*versions)[digit] == ends[digit]) {
      (*versions)[digit++] = 0;
    }
    if (digit == ends.size()) return true;
  }
}

// Random images.

PowerCut::Names PowerCut::DrawNames(const Node& folder) {
  const size_t changes = folder.changes.size();
  size_t kept = changes;
  if (dice_.Toss()) kept = dice_.Below(changes + 1);
  const bool any = options_.any_names && dice_.Toss();
  return NamesWithout(folder,
                      [&](size_t i) { return any ? dice_.Toss() : i >= kept; });
}

// Uniform choices alone would seldom produce a state that is nearly complete,
// or nearly empty.
void PowerCut::DrawVersions(const Node& file, std::vector<size_t>* versions) {
  const size_t sectors = file.unsynced.size();
  versions->clear();
  const uint64_t way = dice_.Below(4);
  const size_t chosen = sectors == 0 ? 0 : dice_.Below(sectors);
  size_t index = 0;
  for (const auto& entry : file.unsynced) {
    const size_t count = entry.second.versions.size();
    size_t version = dice_.Below(count);
    if (way == 1 && index != chosen) version = count - 1;
    if (way == 2 && index != chosen) version = 0;
    if (way == 3 && index != chosen) version = index < chosen ? count - 1 : 0;
    versions->push_back(version);
    ++index;
  }
}

PowerCut::NodePointer PowerCut::DrawFile(const Node& file) {
  uint64_t size = file.bytes.size();
  if (!file.sizes.empty() && dice_.Toss()) {
    const auto [least, most] =
        std::minmax_element(file.sizes.begin(), file.sizes.end());
    size = dice_.Toss() ? file.sizes[dice_.Below(file.sizes.size())]
                        : *least + dice_.Below(*most - *least + 1);
  }
  std::vector<size_t> versions;
  DrawVersions(file, &versions);
  return FileOf(file, size, versions);
}

// Keeps nothing of what is not durable, or everything.
bool PowerCut::Extreme(bool newest) {
  for (const Folder& folder : folders_) {
    const Node& node = *nodes_[folder.id];
    image_[folder.id] = FolderOf(newest ? node.names : node.durable_names);
  }
  for (const auto& entry : loose_) {
    const Node& file = *nodes_[entry.first];
    std::vector<size_t> versions;
    for (const auto& sector : file.unsynced) {
      versions.push_back(newest ? sector.second.versions.size() - 1 : 0);
    }
    const bool old = !newest && !file.sizes.empty();
    image_[entry.first] =
        FileOf(file, old ? file.sizes[0] : file.bytes.size(), versions);
  }
  return Emit();
}

bool PowerCut::Sample() {
  if (!Extreme(false) || !Extreme(true)) return false;
  std::vector<size_t> files;
  while (count_.visited < options_.samples) {
    for (const Folder& folder : folders_) {
      if (nodes_[folder.id]->changes.empty()) continue;
      image_[folder.id] = FolderOf(DrawNames(*nodes_[folder.id]));
    }
    files.clear();
    Reach(0, &files);
    for (const size_t id : files) image_[id] = DrawFile(*nodes_[id]);
    if (!Emit()) return false;
  }
  return true;
}

bool PowerCut::Torn(const MemoryFiles::WriteInFlight& write) {
  for (const Folder& folder : folders_) {
    image_[folder.id] = FolderOf(nodes_[folder.id]->names);
  }
  for (const auto& entry : loose_) {
    auto node = std::make_shared<Node>();
    node->bytes = nodes_[entry.first]->bytes;
    image_[entry.first] = std::move(node);
  }
  const uint64_t length = write.bytes.size();
  const bool all = options_.every_cut || length <= options_.exact_limit;
  count_.exact = all;
  const uint64_t images = all ? length : options_.samples;
  for (uint64_t i = 0; i < images; ++i) {
    auto node = std::make_shared<Node>();
    node->bytes = nodes_[write.node]->bytes;
    const uint64_t cut = all ? i : dice_.Below(length);
    MemoryFiles::WriteTo(write.offset,
                         absl::string_view(write.bytes).substr(0, cut),
                         node.get());
    MemoryFiles::SyncNode(node.get());
    image_[write.node] = std::move(node);
    if (!Emit()) return false;
  }
  return true;
}

bool PowerCut::All() {
  count_.exact = Count(0) <= options_.exact_limit;
  return count_.exact ? EveryFolder(0) : Sample();
}

MemoryFiles MemoryFiles::CrashedAt(const FileStep& step) const {
  std::optional<WriteInFlight> write;
  if (step.call == FileStep::Call::kWrite) {
    write = {step.node, step.offset, std::string(step.bytes)};
  }
  return MemoryFiles(Share(), true, std::move(write));
}

MemoryFiles MemoryFiles::AfterKill(size_t in_flight) const {
  Nodes nodes = Share();
  if (in_flight > 0) WriteInto(*in_flight_, in_flight, &nodes);
  return MemoryFiles(std::move(nodes), false, std::nullopt);
}

// No call is in progress, so a write in flight stays as it is.
ImageCount MemoryFiles::ForEachImage(
    const ImageOptions& options,
    absl::FunctionRef<bool(MemoryFiles* image)> visit) const {
  Nodes nodes = Share();
  ImageCount torn_count;
  torn_count.exact = true;
  if (in_flight_.has_value()) {
    PowerCut torn(nodes, options, visit);
    const bool more = torn.Torn(*in_flight_);
    torn_count = torn.count();
    if (!more) return torn_count;
    WriteInto(*in_flight_, in_flight_->bytes.size(), &nodes);
  }
  PowerCut whole(std::move(nodes), options, visit);
  whole.All();
  return {torn_count.visited + whole.count().visited,
          torn_count.exact && whole.count().exact};
}

void MemoryFiles::WriteInto(const WriteInFlight& write, size_t bytes,
                            Nodes* nodes) {
  auto node = std::make_shared<Node>(*(*nodes)[write.node]);
  WriteTo(write.offset, absl::string_view(write.bytes).substr(0, bytes),
          node.get());
  (*nodes)[write.node] = std::move(node);
}

MemoryFiles::Nodes MemoryFiles::Share() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  owner_ = NextOwner();
  return nodes_;
}

}  // namespace acl
