#include "check/escape.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "check/live_blocks.hpp"
#include "check/modes.hpp"
#include "check/scan.hpp"
#include "os/process.hpp"
#include "os/roots.hpp"

namespace tarn::check::regions {
namespace {

using base::relaxed;

constexpr std::uint64_t time_part = 100;
constexpr std::uint64_t time_beyond = 20'000'000;  // nanoseconds

// Sums only; order nothing.
constinit std::atomic<std::uint64_t> scans_began{0};
constinit std::atomic<std::uint64_t> scans_took{0};

using Word = std::uintptr_t;

struct Search {
  RegionState* state;
  Word from;  ///< of all its blocks
  Word size;
  const std::byte* object;  ///< the region's own
  const std::byte* stack;   ///< of this thread
  const std::byte* stack_end;
  LiveBlock holder;  ///< that is looked at; none: a global
  std::size_t found;
  std::size_t possible;
  const std::byte* first;  ///< where the first one is
  LiveBlock first_holder;
};

// Whether it points into a block that lives, or behind its last byte.
bool points_into(RegionState& state, Word word) noexcept {
  const auto* const p = reinterpret_cast<const std::byte*>(word);
  for (Extent* extent = state.extents; extent != nullptr;
       extent = extent->older) {
    if (!extent->contains(p))
      continue;
    Entry* const entry = entry_at(*extent, p);
    if (entry == nullptr || use_of(*entry) != BlockUse::live)
      return false;
    const std::byte* const block = block_of(*extent, *entry);
    return p >= block && p <= block + entry->record.size;
  }
  return false;
}

[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void look_closer(
    Search& search, const Word* place) noexcept {
  const auto* const at = reinterpret_cast<const std::byte*>(place);
  if (at >= search.object && at < search.object + sizeof(Region))
    return;
  if (!points_into(*search.state, *place))
    return;
  if (at >= search.stack && at < search.stack_end) {
    ++search.possible;
    return;
  }
  if (search.found++ != 0)
    return;
  search.first = at;
  search.first_holder = search.holder;
}

// A compare and a branch for each word, of which hardly any is in the range:
// what is summed up first takes twice as long.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void look_at(
    Search& search, const std::byte* begin, const std::byte* end) noexcept {
  constexpr std::ptrdiff_t at_once = 8;
  const auto* word = reinterpret_cast<const Word*>(
      detail::round_up(detail::address_of(begin), sizeof(Word)));
  const auto* const last =
      reinterpret_cast<const Word*>(detail::address_of(end) & -sizeof(Word));
  const Word from = search.from;
  const Word size = search.size;
  const auto is_in = [=](Word w) noexcept { return w - from < size; };
  for (; last - word >= at_once; word += at_once) {
    const bool is_any = is_in(word[0]) || is_in(word[1]) || is_in(word[2]) ||
                        is_in(word[3]) || is_in(word[4]) || is_in(word[5]) ||
                        is_in(word[6]) || is_in(word[7]);
    if (is_any) [[unlikely]]
      for (const Word* one = word; one != word + at_once; ++one)
        if (is_in(*one))
          look_closer(search, one);
  }
  for (; word < last; ++word)
    if (is_in(*word))
      look_closer(search, word);
}

void look_at_root(void* context, os::Stretch stretch) noexcept {
  look_at(*static_cast<Search*>(context), stretch.begin, stretch.end);
}

void look_at_block(void* context, const LiveBlock& block) noexcept {
  auto& search = *static_cast<Search*>(context);
  // Its own blocks end with it.
  if (block.pool == search.state->number)
    return;
  // Blocks in a pool's room are told by themselves.
  if (block.is_room || block.waits)
    return;
  search.holder = block;
  look_at(search, block.memory, block.memory + block.size);
}

bool find_range(Search& search) noexcept {
  const std::byte* lowest = nullptr;
  const std::byte* highest = nullptr;
  for (const Extent* extent = search.state->extents; extent != nullptr;
       extent = extent->older) {
    if (lowest == nullptr || extent->memory < lowest)
      lowest = extent->memory;
    if (extent->memory + extent->size > highest)
      highest = extent->memory + extent->size;
  }
  search.from = detail::address_of(lowest);
  search.size = detail::bytes_between(lowest, highest);
  return lowest != nullptr;
}

void tell_escape(Search& search) noexcept {
  Finding finding{.fault = Fault::escape};
  write_pool(finding.line, search.state->number);
  finding.line << " ended while " << search.found
               << (search.found == 1 ? " pointer to it remains"
                                     : " pointers to it remain");
  finding.place = search.first;
  finding.pool = search.state->number;
  const LiveBlock& block = search.first_holder;
  finding.holder = {
      search.first, {block.memory, block.size, block.record}, block.pool};
  report(finding);
}

}  // namespace

void look_for_escapes(RegionState& state) noexcept {
  const std::uint64_t now = os::exact_now();
  std::uint64_t began = scans_began.load(relaxed);
  if (began == 0)
    scans_began.store(began = now, relaxed);
  const bool has_time =
      scans_took.load(relaxed) <= time_beyond + (now - began) / time_part;
  Search search{};
  search.state = &state;
  if ((!has_time && !settings().escape_all) || !find_range(search))
    return;
  search.object = reinterpret_cast<const std::byte*>(state.region);
  // The frames that look lie below this one.
  constexpr std::size_t most_below = 64 * KiB;
  search.stack =
      static_cast<const std::byte*>(__builtin_frame_address(0)) - most_below;
  search.stack_end = os::stack_end();
  scan_roots(look_at_root, &search);
  for_each_live_block(look_at_block, &search);
  scans_took.fetch_add(os::exact_now() - now, relaxed);
  if (search.found != 0)
    tell_escape(search);
}

}  // namespace tarn::check::regions
