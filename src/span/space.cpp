#include "span/space.hpp"

#include "tarn/detail/thread_number.hpp"

#include "os/memory.hpp"
#include "os/process.hpp"
#include "os/sanitizers.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"

#include <type_traits>

namespace tarn::span {

constinit Space the_space;
static_assert(std::is_trivially_destructible_v<Space>);

namespace {

// A sum by any thread; orders nothing.
constinit std::atomic<std::size_t> addresses{0};

}  // namespace

std::uint32_t now_ms() noexcept {
  constexpr std::uint64_t nanoseconds = 1'000'000;
  return static_cast<std::uint32_t>(os::coarse_now() / nanoseconds);
}

std::uint32_t now_seconds() noexcept {
  constexpr std::uint64_t nanoseconds = 1'000'000'000;
  return static_cast<std::uint32_t>(os::coarse_now() / nanoseconds);
}

std::byte* Space::claim(std::size_t granules, Use use, unsigned extra,
                        unsigned owner) noexcept {
  std::byte* const memory = claim_charged(granules, granules);
  if (memory == nullptr)
    return nullptr;
  Reservation* const home = find(memory);
  home->describe(home->index_of(memory), granules, use, extra, owner);
  return memory;
}

std::byte* Space::claim_aligned(std::size_t granules, std::size_t align,
                                Use use, unsigned extra) noexcept {
  const std::size_t wide = granules + align / granule_size - 1;
  std::byte* const memory = claim_charged(wide, granules);
  if (memory == nullptr)
    return nullptr;
  Reservation* const home = find(memory);
  std::byte* const aligned = detail::align_up(memory, align);
  const std::size_t before =
      detail::bytes_between(memory, aligned) / granule_size;
  const std::size_t behind = wide - before - granules;
  if (before != 0)
    home->release(memory, before);
  if (behind != 0)
    home->release(aligned + granules * granule_size, behind);
  home->describe(home->index_of(aligned), granules, use, extra, 0);
  return aligned;
}

void Space::release(std::byte* memory, std::size_t granules) noexcept {
  Reservation* const home = find(memory);
  home->describe_free(home->index_of(memory), granules);
  home->release(memory, granules);
  discharge(granules);
}

bool Space::resize(std::byte* memory, std::size_t granules, std::size_t wanted,
                   Use use, unsigned extra) noexcept {
  Reservation* const home = find(memory);
  const std::size_t index = home->index_of(memory);
  if (wanted < granules) {
    release(memory + wanted * granule_size, granules - wanted);
    return true;
  }
  if (wanted == granules)
    return true;
  const std::size_t more = wanted - granules;
  if (wanted > home->granules() - index || !charge(more))
    return false;
  if (!home->extend(index + granules, more)) {
    discharge(more);
    return false;
  }
  home->describe(index, wanted, use, extra, 0);
  return true;
}

void Space::clear(std::byte* memory, std::size_t granules) noexcept {
  Reservation* const home = find(memory);
  home->clear(home->index_of(memory), granules);
}

// What is claimed to cut an aligned run from is not charged.
std::byte* Space::claim_charged(std::size_t granules,
                                std::size_t kept) noexcept {
  if (!charge(kept))
    return nullptr;
  std::byte* const memory = claim_any(granules);
  if (memory == nullptr)
    discharge(kept);
  return memory;
}

std::byte* Space::claim_any(std::size_t granules) noexcept {
  for (unsigned tried = 0;;) {
    const unsigned count = reservations();
    for (; tried < count; ++tried)
      if (std::byte* const memory =
              reservations_[tried].claim(granules, detail::own_number()))
        return memory;
    const base::Locked locked{lock_};
    if (reservations() == count && (has_unopened(granules) || !grow(granules)))
      return nullptr;
  }
}

// Then it was the system that refused, as it would elsewhere.
bool Space::has_unopened(std::size_t granules) const noexcept {
  for (unsigned i = 0; i < reservations(); ++i)
    if (reservations_[i].granules() -
            reservations_[i].opened() * stretch_granules >=
        granules)
      return true;
  return false;
}

bool Space::grow(std::size_t granules) noexcept {
  port::begin_checks();
  const unsigned count = reservations();
  if (count == most_reservations || granules > no_limit / granule_size / 2 ||
      !reservations_[count].start(granules * granule_size,
                                  os::most_to_reserve()))
    return false;
  os::look_for_pointers_in(reservations_[count].begin(),
                           reservations_[count].size());
  count_.store(count + 1, std::memory_order_release);
  return true;
}

Space::Number Space::number_of(const void* p) noexcept {
  const Reservation* const home = find(p);
  const auto which = static_cast<unsigned>(home - reservations_);
  return which << number_bits | (static_cast<Number>(home->index_of(p)) + 1);
}

std::atomic<std::uint32_t>& Space::id_at(const void* chunk) noexcept {
  Reservation* const home = find(chunk);
  return home->ids()[detail::bytes_between(home->begin(), chunk) / id_unit];
}

void Space::lock_for_fork() noexcept {
  lock_.lock();
  for (unsigned i = 0; i < reservations(); ++i)
    reservations_[i].lock().lock();
}

void Space::unlock_after_fork() noexcept {
  for (unsigned i = reservations(); i-- != 0;)
    reservations_[i].lock().unlock();
  lock_.unlock();
}

void count_addresses(std::ptrdiff_t bytes) noexcept {
  addresses.fetch_add(static_cast<std::size_t>(bytes),
                      std::memory_order_relaxed);
}

std::size_t mere_addresses() noexcept {
  return addresses.load(std::memory_order_relaxed);
}

}  // namespace tarn::span
