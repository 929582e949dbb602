// The mode of fixed pools that can be looked at, and those that are, in a list.
// A program that has no others gets what reads the environment with it.
#include "port/fixed_mode.hpp"

#include "tarn/detail/bits.hpp"

#include "check/degrade.hpp"
#include "check/fixed_rooms.hpp"
#include "check/modes.hpp"
#include "check/shadow.hpp"
#include "check/sweep.hpp"
#include "os/roots.hpp"
#include "os/sanitizers.hpp"
#include "port/check_mode.hpp"
#include "port/world.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using port::FixedWatch;

// Pools that are globals are written down in the program.
constexpr unsigned most_watched = 64;

struct Watched {
  FixedWatch watch;
  unsigned thread;
  // The release pairs with the acquire of who looks.
  std::atomic<bool> is_whole{false};
};
constinit Watched all_watched[most_watched] = {};
// Places given out. Orders nothing.
constinit std::atomic<unsigned> places_given{0};

struct Extent {
  const std::byte* begin;
  const std::byte* end;
  bool is_global;
};

void look_for_extent(void* context, os::Stretch stretch) noexcept {
  auto& extent = *static_cast<Extent*>(context);
  extent.is_global |=
      stretch.begin <= extent.begin && extent.end <= stretch.end;
}

// A fault ends the program, so that there is none to count.
std::size_t sweep_fixed() noexcept {
  for (const Watched& watched : all_watched)
    if (watched.is_whole.load(std::memory_order_acquire) &&
        (watched.watch.is_shared || watched.thread == port::thread_index()) &&
        port::is_global(watched.watch.pool, watched.watch.size))
      watched.watch.look(watched.watch.pool);
  return 0;
}

bool is_known(const FixedWatch& watch) noexcept {
  for (const Watched& watched : all_watched)
    if (watched.is_whole.load(std::memory_order_acquire) &&
        watched.watch.pool == watch.pool)
      return true;
  return false;
}

}  // namespace
}  // namespace tarn::check

namespace tarn::port {

CheckMode fixed_mode(CheckMode asked) noexcept {
  check::begin();
  return mode_of(asked);
}

void watch_fixed(const FixedWatch& watch) noexcept {
  using namespace tarn::check;
  if (!is_global(watch.pool, watch.size) || is_known(watch))
    return;
  const unsigned place = places_given.fetch_add(1, std::memory_order_relaxed);
  if (place >= most_watched) {
    places_given.store(most_watched, std::memory_order_relaxed);
    return degraded(Degraded::no_pools);
  }
  all_watched[place].watch = watch;
  all_watched[place].thread = thread_index();
  all_watched[place].is_whole.store(true, std::memory_order_release);
  add_sweeper(sweep_fixed);
}

bool tells_of_fixed() noexcept {
  return check::follows_sanitizer();
}

void tell_fixed_begin(const FixedRoom& room) noexcept {
  os::take_block_over(room.block);
  // The notes are read by code of the program's, too.
  os::make_written(room.place, detail::bytes_between(room.place, room.begin));
  os::poison(room.begin, detail::bytes_between(room.begin, room.end));
  os::begin_block(room.block, room.size);
  check::enter_fixed(room);
}

void tell_fixed_resize(const FixedRoom& room, std::size_t former) noexcept {
  const std::byte* const more = room.block + former;
  os::make_written(room.place, detail::bytes_between(room.place, room.begin));
  os::poison(more, detail::bytes_between(more, room.end));
  os::resize_block(room.block, former, room.size);
  os::make_fresh(more, room.size - former);
  check::resize_fixed(room);
}

void tell_fixed_end(const FixedRoom& room) noexcept {
  os::end_of_use(room.block, room.size);
  os::hand_block_over(room.block);
  os::end_block(room.block);
  os::poison(room.block, room.size);
  check::end_fixed(room);
}

void tell_fixed_leave(const FixedRoom& room) noexcept {
  const std::size_t size = detail::bytes_between(room.place, room.end);
  os::take_block_over(room.block);
  os::unpoison(room.place, size);
  os::make_written(room.place, size);
  check::forget_fixed(room);
}

// Asked anew each time: a module may have gone with its globals.
bool is_global(const void* memory, std::size_t size) noexcept {
  const auto* const begin = static_cast<const std::byte*>(memory);
  check::Extent extent{begin, begin + size, false};
  os::for_each_global(check::look_for_extent, &extent);
  return extent.is_global;
}

bool look_unseen(bool (*look)(const void* with) noexcept,
                 const void* with) noexcept {
  bool found = false;
  {
    const os::Unseen unseen;
    found = look(with);
  }
  os::make_written(reinterpret_cast<const std::byte*>(&found), sizeof found);
  return found;
}

}  // namespace tarn::port
