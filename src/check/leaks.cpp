// Forgotten pieces are sorted into groups that are told as one: pools of a
// site, blocks of a pool and a stack. The largest group is told last, since the
// first fault ends the program where nobody said otherwise.
#include "check/leaks.hpp"

#include "tarn/checks.hpp"

#include "base/text.hpp"
#include "check/reach.hpp"
#include "check/report.hpp"
#include "check/scan.hpp"
#include "check/sites.hpp"
#include "os/process.hpp"
#include "port/fault.hpp"
#include "port/last_words.hpp"
#include "port/pool_kind.hpp"
#include "port/world.hpp"

#include <algorithm>

namespace tarn {
namespace check {
namespace {

// Pieces [begin, end) of those that were sorted.
struct Group {
  const Piece* begin;
  const Piece* end;
  std::size_t bytes;
};

// More than these are not told one by one.
constexpr unsigned most_groups = 64;

StackId allocation_of(const LiveBlock& block) noexcept {
  return block.record == nullptr ? 0 : block.record->allocated_by;
}

SitePlace site_of(PoolNumber pool) noexcept {
  const PoolEntry* const entry = pool_entry(pool);
  return entry == nullptr ? 0 : site_place(entry->site, entry->kind, entry->id);
}

// What two pieces share that are told as one.
struct Kin {
  bool is_part_of_pool;
  std::uint32_t site;
  std::uint32_t stack;
  bool operator==(const Kin&) const = default;
};

Kin kin_of(const Piece& piece) noexcept {
  const LiveBlock& block = piece.block;
  return block.is_part_of_pool ? Kin{true, site_of(block.pool), 0}
                               : Kin{false, block.pool, allocation_of(block)};
}

bool is_before(const Piece& one, const Piece& other) noexcept {
  const Kin a = kin_of(one);
  const Kin b = kin_of(other);
  if (a.is_part_of_pool != b.is_part_of_pool)
    return a.is_part_of_pool;
  if (a.site != b.site)
    return a.site < b.site;
  if (a.stack != b.stack)
    return a.stack < b.stack;
  return one.block.pool < other.block.pool;
}

base::Line& write_size(base::Line& line, std::size_t bytes) noexcept {
  constexpr std::size_t least_scaled = 10;
  if (bytes < least_scaled * KiB)
    return line << bytes << (bytes == 1 ? " byte" : " bytes");
  if (bytes < least_scaled * MiB)
    return line << bytes / KiB << " KiB";
  return line << bytes / MiB << " MiB";
}

std::size_t pools_in(const Group& group) noexcept {
  std::size_t count = 0;
  for (const Piece* piece = group.begin; piece != group.end; ++piece)
    count += piece == group.begin || piece[-1].block.pool != piece->block.pool;
  return count;
}

// "leak: 3 regions 'request', 192 KiB, no pointer to them remains"
void write_pools(base::Line& line, const Group& group) noexcept {
  const PoolNumber pool = group.begin->block.pool;
  const PoolEntry* const entry = pool_entry(pool);
  const std::size_t count = pools_in(group);
  line << "leak: ";
  if (count == 1 || entry == nullptr)
    write_pool(line, pool);
  else
    line << count << " " << port::noun_of(entry->kind) << "s '"
         << port::pool_name(entry->id) << "'";
  line << ", ";
  write_size(line, group.bytes)
      << (count == 1 ? ", no pointer to it remains"
                     : ", no pointer to them remains");
}

// "leak: 5 blocks, 320 bytes of heap 'a', no pointer to them remains"
void write_blocks(base::Line& line, const Group& group) noexcept {
  const auto count = static_cast<std::size_t>(group.end - group.begin);
  line << "leak: " << count << (count == 1 ? " block, " : " blocks, ");
  write_size(line, group.bytes) << " of ";
  write_pool(line, group.begin->block.pool);
  line << (count == 1 ? ", no pointer to it remains"
                      : ", no pointer to them remains");
}

void tell(const Group& group) noexcept {
  Finding finding{.fault = Fault::leak};
  const LiveBlock& first = group.begin->block;
  finding.pool = first.pool;
  if (first.is_part_of_pool) {
    write_pools(finding.line, group);
  } else {
    write_blocks(finding.line, group);
    finding.place = first.memory;
    finding.block = {first.memory, first.size, first.record};
  }
  report(finding);
}

class Groups {
 public:
  void add(const Piece* begin, const Piece* end) noexcept {
    std::size_t bytes = 0;
    bool has_room = false;
    // What is in a pool's room is counted with it.
    for (const Piece* piece = begin; piece != end; ++piece)
      has_room |= piece->block.is_room;
    for (const Piece* piece = begin; piece != end; ++piece)
      if (!has_room || piece->block.is_room)
        bytes += piece->block.size;
    unsigned at = count_ < most_groups ? count_++ : 0;
    // Of too many the smallest is dropped.
    if (at == 0 && count_ == most_groups && groups_[0].bytes >= bytes)
      return;
    for (; at + 1 < count_ && groups_[at + 1].bytes < bytes; ++at)
      groups_[at] = groups_[at + 1];
    for (; at != 0 && groups_[at - 1].bytes > bytes; --at)
      groups_[at] = groups_[at - 1];
    groups_[at] = {begin, end, bytes};
  }
  [[nodiscard]] const Group* begin() const noexcept { return groups_; }
  [[nodiscard]] const Group* end() const noexcept { return groups_ + count_; }

 private:
  Group groups_[most_groups];
  unsigned count_ = 0;
};

void tell_count(std::size_t count, std::size_t bytes) noexcept {
  base::Line line;
  line << "tarn: note: " << count << (count == 1 ? " block, " : " blocks, ");
  write_size(line, bytes)
      << ", forgotten; TARN_CHECK=full,leaks tells who allocated them\n";
  port::write_error(line.text(), line.size());
}

// Programs leave their blocks of malloc to the system, and a script has a
// hundred that do: of those there is no word where nobody asked.
bool is_counted(const LiveBlock& block) noexcept {
  return block.record == nullptr ||
         static_cast<Family>(block.record->family) == Family::pool;
}

bool is_anything_told(Reach& all, ForgottenBlocks blocks) noexcept {
  return blocks == ForgottenBlocks::told ||
         std::any_of(all.begin(), all.end(), [](const Piece& piece) noexcept {
           return piece.block.is_part_of_pool || is_counted(piece.block);
         });
}

std::size_t tell_all(Piece* begin, Piece* end,
                     ForgottenBlocks blocks) noexcept {
  std::sort(begin, end, is_before);
  Groups groups;
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (Piece* first = begin; first != end;) {
    Piece* behind = first;
    while (behind != end && kin_of(*behind) == kin_of(*first))
      ++behind;
    if (first->block.is_part_of_pool || blocks == ForgottenBlocks::told) {
      groups.add(first, behind);
    } else {
      for (; first != behind; ++first)
        if (is_counted(first->block)) {
          ++count;
          bytes += first->block.size;
        }
    }
    first = behind;
  }
  if (count != 0)
    tell_count(count, bytes);
  for (const Group& group : groups)
    tell(group);
  return static_cast<std::size_t>(groups.end() - groups.begin());
}

// The system tells the end of a thread to who waits for it before it forgets
// it.
bool is_alone() noexcept {
  constexpr unsigned most_tries = 20;
  constexpr std::uint64_t between = 500'000;  // nanoseconds
  for (unsigned i = 0; i < most_tries; ++i) {
    if (os::is_only_thread())
      return true;
    os::sleep(between);
  }
  return false;
}

}  // namespace

std::size_t tell_leaks(ForgottenBlocks blocks) noexcept {
  if (!is_alone())
    return 0;
  return with_registers([blocks](const std::byte* frame) noexcept {
    Reach reach;
    if (!reach.collect() || !is_anything_told(reach, blocks) ||
        !reach.mark(frame))
      return std::size_t{0};
    Piece* const forgotten = std::partition(
        reach.begin(), reach.end(),
        [](const Piece& piece) noexcept { return piece.is_reached; });
    return tell_all(forgotten, reach.end(), blocks);
  });
}

}  // namespace check

inline namespace v1 {

std::size_t check_leaks() noexcept {
  return check::tell_leaks(check::ForgottenBlocks::told);
}

}  // namespace v1
}  // namespace tarn
