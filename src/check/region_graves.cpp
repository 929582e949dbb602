// Two rings, the oldest first: chunks that are guarded, which cost addresses
// only, and chunks that are filled.
#include "check/region_graves.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "check/arena.hpp"
#include "check/degrade.hpp"
#include "check/fills.hpp"
#include "check/scan.hpp"
#include "os/guards.hpp"
#include "os/memory.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

namespace tarn::check::regions {
namespace {

using base::relaxed;

// Guards may take this part of the time, and this much beyond, so that a
// program that ends soon has all of them.
constexpr std::uint64_t guarded_time_part = 16;
constexpr std::uint64_t guarded_time_beyond = 50'000'000;  // nanoseconds
// What a fresh page costs whoever touches it next, at least; and what one more
// guard takes of all, in times of that call: itself, its opening, and the fresh
// pages, which take as much longer where the call does (a page 10.7 us on a
// virtual machine where to guard one that was used takes 4.1).
constexpr std::uint64_t page_time = 700;
constexpr std::uint64_t guard_times = 5;

// The page map and page tables keep some 300 bytes of 64 KiB of addresses.
constexpr std::size_t most_guarded = 1024 * MiB;
constexpr std::size_t most_of_reservation = 64;
constexpr std::size_t guarded_of_limited = 1 * MiB;
constexpr std::size_t most_filled = 1 * MiB;
// Records of guarded chunks, which have memory.
constexpr std::size_t most_records = 32 * MiB;

struct GraveRing {
  constexpr explicit GraveRing(std::uint32_t most) noexcept : places(most) {}

  std::uint32_t places;
  Grave* graves = nullptr;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t bare = 0;  // of the oldest, those without records
  std::size_t bytes = 0;
  std::size_t records = 0;  // bytes of extents

  Grave& at(std::uint32_t i) const noexcept {
    return graves[(first + i) % places];
  }
};

constinit base::SpinLock graves_lock;
constinit GraveRing guarded TARN_GUARDED_BY(graves_lock){1u << 15};
constinit GraveRing filled TARN_GUARDED_BY(graves_lock){1u << 10};

// Sums only; order nothing.
constinit std::atomic<std::uint64_t> guards_began{0};
constinit std::atomic<std::uint64_t> guards_took{0};

std::size_t most_bytes(bool is_guarded) noexcept {
  if (!is_guarded)
    return most_filled;
  if (span::is_limited())
    return guarded_of_limited;
  return base::smaller(most_guarded, span::the_space.reservation(0).size() /
                                         most_of_reservation);
}

bool has_ring(GraveRing& ring) noexcept TARN_REQUIRES(graves_lock) {
  if (ring.graves != nullptr)
    return true;
  const std::size_t size = ring.places * sizeof(Grave);
  ring.graves = static_cast<Grave*>(keep(size));
  if (ring.graves == nullptr)
    return false;
  // It has addresses of chunks, which somebody else may have by then.
  static_cast<void>(leave_out(ring.graves, size));
  return true;
}

Grave pop(GraveRing& ring) noexcept TARN_REQUIRES(graves_lock) {
  Grave& place = ring.at(0);
  const Grave grave = place;
  place = {};
  ring.first = (ring.first + 1) % ring.places;
  --ring.count;
  ring.bare -= ring.bare != 0 ? 1 : 0;
  ring.bytes -= grave.size;
  if (grave.extent != nullptr)
    ring.records -= grave.extent->own_size;
  return grave;
}

// What was written into a filled one meanwhile, and mended.
std::size_t verify_filled(const Grave& grave) noexcept {
  const Change change = find_change(
      grave.from, detail::bytes_between(grave.from, grave.to), freed_fill);
  if (!change)
    return 0;
  Finding finding{.fault = Fault::use_after_end};
  write_late_use(finding, grave, change.first, "write");
  finding.damage = change.first;
  finding.damaged = change.size();
  report(finding);
  fill(change.first, change.size(), freed_fill);
  return 1;
}

void give_back(const Grave& grave, bool is_guarded) noexcept {
  // Pages that stay shut are nobody's any more.
  const bool is_open = !is_guarded || os::unguard(grave.memory, grave.size);
  if (!is_guarded)
    static_cast<void>(verify_filled(grave));
  if (grave.extent != nullptr)
    drop(grave.extent);
  if (!is_open)
    return;
  const Loan loan{grave.memory, grave.size};
  port::system_retag(loan, 0);
  port::system_take_back(loan);
}

// The oldest one that has to leave, or one without memory.
Grave next_to_leave(GraveRing& ring, std::size_t most) noexcept {
  const base::Locked locked{graves_lock};
  const bool is_full =
      ring.count != 0 && (ring.bytes > most || ring.count + 8 > ring.places);
  return is_full ? pop(ring) : Grave{};
}

// The oldest records that are too many.
Extent* next_records() noexcept {
  const base::Locked locked{graves_lock};
  if (guarded.records <= most_records || guarded.bare == guarded.count)
    return nullptr;
  Grave& grave = guarded.at(guarded.bare++);
  Extent* const extent = grave.extent;
  grave.extent = nullptr;
  if (extent != nullptr)
    guarded.records -= extent->own_size;
  return extent;
}

bool push(GraveRing& ring, const Grave& grave) noexcept {
  const base::Locked locked{graves_lock};
  if (!has_ring(ring) || ring.count == ring.places)
    return false;
  ring.at(ring.count++) = grave;
  ring.bytes += grave.size;
  if (grave.extent != nullptr)
    ring.records += grave.extent->own_size;
  return true;
}

void level(GraveRing& ring, bool is_guarded) noexcept {
  const std::size_t most = most_bytes(is_guarded);
  // A few at once, so that none pays for all.
  constexpr unsigned leave_at_once = 4;
  for (unsigned i = 0; i < leave_at_once; ++i) {
    const Grave grave = next_to_leave(ring, most);
    if (grave.memory == nullptr)
      break;
    give_back(grave, is_guarded);
  }
  for (unsigned i = 0; i < leave_at_once && is_guarded; ++i)
    if (Extent* const extent = next_records())
      drop(extent);
}

bool has(const Grave& grave, const std::byte* p) noexcept {
  return p >= grave.memory && p < grave.memory + grave.size;
}

bool find_in(const GraveRing& ring, const std::byte* p, Grave& found) noexcept
    TARN_REQUIRES(graves_lock) {
  for (std::uint32_t i = ring.count; i-- != 0;)
    if (has(ring.at(i), p)) {
      found = ring.at(i);
      return true;
    }
  return false;
}

bool lock_soon() noexcept TARN_TRY_ACQUIRE(true, graves_lock) {
  constexpr unsigned most_tries = 10000;
  for (unsigned i = 0; i < most_tries; ++i)
    if (graves_lock.try_lock())
      return true;
  return false;
}

bool is_guardable(const Grave& grave) noexcept {
  return (detail::address_of(grave.memory) | grave.size) % os::page_size() == 0;
}

}  // namespace

bool guard_now(std::byte* memory, std::size_t size) noexcept {
  if (os::guard(memory, size))
    return true;
  guard_is_refused();
  return false;
}

bool guard_in_time(std::byte* memory, std::size_t size,
                   std::size_t used) noexcept {
  const std::uint64_t now = os::exact_now();
  std::uint64_t began = guards_began.load(relaxed);
  if (began == 0)
    guards_began.store(began = now, relaxed);
  if (guards_took.load(relaxed) >
      guarded_time_beyond + (now - began) / guarded_time_part)
    return false;
  if (!guard_now(memory, size))
    return false;
  guards_took.fetch_add(
      guard_times * (os::exact_now() - now) + used * page_time, relaxed);
  return true;
}

void bury(const Grave& grave) noexcept {
  const std::size_t used =
      detail::bytes_between(grave.memory, grave.to) / os::page_size() + 1;
  const bool is_guarded =
      is_guardable(grave) &&
      (grave.is_certain ? guard_now(grave.memory, grave.size)
                        : guard_in_time(grave.memory, grave.size, used));
  if (!is_guarded)
    fill(grave.from, detail::bytes_between(grave.from, grave.to), freed_fill);
  GraveRing& ring = is_guarded ? guarded : filled;
  if (push(ring, grave))
    level(ring, is_guarded);
  else
    give_back(grave, is_guarded);
}

bool find_grave(const std::byte* p, bool waits, Grave& found) noexcept {
  if (waits)
    graves_lock.lock();
  else if (!lock_soon())
    return false;
  const bool is_found = find_in(guarded, p, found) || find_in(filled, p, found);
  graves_lock.unlock();
  return is_found;
}

std::size_t verify_graves() noexcept {
  std::size_t told = 0;
  for (std::uint32_t i = 0;; ++i) {
    Grave grave;
    {
      const base::Locked locked{graves_lock};
      if (i >= filled.count)
        return told;
      grave = filled.at(i);
    }
    told += verify_filled(grave);
  }
}

bool empty_graves() noexcept {
  bool was_any = false;
  for (GraveRing* const ring : {&filled, &guarded}) {
    const std::size_t half = ring->bytes / 2;
    for (;;) {
      const Grave grave = next_to_leave(*ring, half);
      if (grave.memory == nullptr)
        break;
      give_back(grave, ring == &guarded);
      was_any = true;
    }
  }
  return was_any;
}

void hold_graves() noexcept TARN_UNCHECKED_LOCKS {
  graves_lock.lock();
}
void let_graves_go() noexcept TARN_UNCHECKED_LOCKS {
  graves_lock.unlock();
}

}  // namespace tarn::check::regions
