// The metadata of stretches that nobody uses. A burst leaves up to 13 KiB
// behind for each 4 MiB: the page map, cut granules, ids, notes. A free
// granule's are never read but by describe(), to which zero pages say the same;
// so whoever owns all granules of a stretch, as any user would own them, may
// give them back.
#include "base/order.hpp"
#include "os/memory.hpp"
#include "span/reservation.hpp"

namespace tarn::span {
namespace {

constexpr std::uint64_t all_granules = low_bits(stretch_granules);

// Descriptors are the smallest that a stretch has; of the others a page serves
// fewer stretches, a power of two as well.
constexpr std::size_t least_bytes = stretch_granules * sizeof(std::uint32_t);
static_assert(is_pow2(least_bytes) &&
              sizeof(CutGranule) >= sizeof(std::uint32_t));

// The pages of which stretches [first, end) have all, of an array with `bytes`
// for each.
void purge_whole_pages(void* array, std::size_t bytes, std::size_t first,
                       std::size_t end) noexcept {
  const std::size_t page = os::page_size();
  auto* const start = static_cast<std::byte*>(array);
  std::byte* const from = detail::align_up(start + first * bytes, page);
  std::byte* const behind = start + end * bytes;
  std::byte* const to = behind - (detail::address_of(behind) & (page - 1));
  if (from < to)
    os::purge(from, detail::bytes_between(from, to));
}

}  // namespace

std::size_t Reservation::metadata_window() noexcept {
  return os::page_size() / least_bytes;
}

void Reservation::purge_metadata(std::size_t first,
                                 std::size_t count) noexcept {
  const std::size_t end = base::smaller(first + count, opened());
  while (first < end) {
    bool has_metadata = false;
    const std::size_t bare = end_of_bare(first, end, &has_metadata);
    if (has_metadata)
      purge_metadata_of(first, bare);
    first = bare + 1;
  }
}

// Stretches that have none left are worth a claim all the same: a page may be
// shared by one that had some.
std::size_t Reservation::end_of_bare(std::size_t first, std::size_t end,
                                     bool* has_metadata) const noexcept {
  for (; first < end; ++first) {
    const Stretch& stretch = stretches_[first];
    if (stretch.free.load(std::memory_order_relaxed) != all_granules ||
        stretch.dirty.load(std::memory_order_relaxed) != 0)
      break;
    *has_metadata |= stretch.has_metadata.load(std::memory_order_relaxed);
  }
  return first;
}

void Reservation::purge_metadata_of(std::size_t first,
                                    std::size_t end) noexcept {
  start_purge();
  std::size_t claimed = first;
  for (; claimed < end; ++claimed) {
    std::uint64_t free = all_granules;
    if (!stretches_[claimed].free.compare_exchange_strong(
            free, 0, std::memory_order_acq_rel, std::memory_order_relaxed))
      break;
  }
  purge_whole_pages(ids_, sizeof *ids_ * granule_ids * stretch_granules, first,
                    claimed);
  purge_whole_pages(notes_, stretch_granules * sizeof *notes_, first, claimed);
  purge_whole_pages(cuts_, stretch_granules * sizeof *cuts_, first, claimed);
  purge_whole_pages(descriptors_, least_bytes, first, claimed);
  for (std::size_t i = first; i < claimed; ++i) {
    stretches_[i].has_metadata.store(false, std::memory_order_relaxed);
    stretches_[i].free.store(all_granules, std::memory_order_release);
  }
  if (claimed != first)
    lower_hint(first);
  end_purge();
}

}  // namespace tarn::span
