// Threads, names and last words in standard C++ only.
#include "tarn/detail/thread_number.hpp"

#include "base/spin_lock.hpp"
#include "port/world.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace tarn {

inline namespace v1 {
// Code of programs finds nothing at hand.
constinit thread_local std::uint32_t detail::thread_number = 0;
}  // namespace v1

namespace base {

void back_off(unsigned) noexcept {
  std::this_thread::yield();
}

}  // namespace base

namespace port {
namespace {

constexpr unsigned most_threads = 4096;  // those beyond share the last number
constexpr unsigned places = 4096;        // pools beyond have no name

struct Entry {
  // Written under the lock; the release pairs with the acquire of a look-up.
  std::atomic<std::uint32_t> id;
  bool is_used;
  char name[59];
};

constinit base::SpinLock lock;
constinit bool taken[most_threads] TARN_GUARDED_BY(lock) = {};
constinit Entry table[places] = {};
constinit std::uint32_t next_place TARN_GUARDED_BY(lock) = 1;

constinit thread_local unsigned number = 0;  // the index plus one
constinit thread_local const void* innermost_short = nullptr;

struct NumberOfThread {
  ~NumberOfThread() {
    const base::Locked locked{lock};
    if (number != 0 && number < most_threads)
      taken[number - 1] = false;
    number = 0;
  }
};

unsigned take_number() noexcept {
  // Its destructor is what gives the number back.
  thread_local NumberOfThread at_exit;
  static_cast<void>(at_exit);
  const base::Locked locked{lock};
  for (unsigned i = 0; i < most_threads - 1; ++i)
    if (!taken[i]) {
      taken[i] = true;
      return i + 1;
    }
  return most_threads;
}

// Places in turn, so that the name of an ended pool stays readable for long.
std::uint32_t find_place() noexcept TARN_REQUIRES(lock) {
  for (std::uint32_t i = 0; i < places; ++i) {
    const std::uint32_t place = next_place;
    next_place = next_place + 1 == places ? 1 : next_place + 1;
    const std::uint32_t id = table[place].id.load(std::memory_order_relaxed);
    if (!table[place].is_used && id <= UINT32_MAX - places)
      return place;
  }
  return 0;
}

Entry* entry_of(std::uint32_t id) noexcept {
  Entry& entry = table[id % places];
  return id != 0 && entry.id.load(std::memory_order_acquire) == id ? &entry
                                                                   : nullptr;
}

}  // namespace

unsigned thread_index() noexcept {
  if (number == 0) [[unlikely]]
    number = take_number();
  return number - 1;
}

const void** budgets_short() noexcept {
  return &innermost_short;
}

// The end of a thread is told to nobody, so nothing is kept for one.
bool set_thread_hooks(const ThreadHooks&) noexcept {
  return false;
}

bool watch_thread() noexcept {
  return false;
}

void set_upkeep(void (*)() noexcept) noexcept {}

std::uint32_t clock_ms() noexcept {
  using std::chrono::steady_clock;
  const auto since = steady_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

std::uint32_t register_pool(PoolKind, const char* name) noexcept {
  const base::Locked locked{lock};
  const std::uint32_t place = find_place();
  if (place == 0)
    return 0;
  Entry& entry = table[place];
  const std::uint32_t before = entry.id.load(std::memory_order_relaxed);
  const std::uint32_t id = before == 0 ? place : before + places;
  entry.id.store(0, std::memory_order_release);
  std::size_t size = 0;
  for (; name[size] != '\0' && size + 1 < sizeof entry.name; ++size)
    entry.name[size] = name[size];
  entry.name[size] = '\0';
  entry.is_used = true;
  entry.id.store(id, std::memory_order_release);
  return id;
}

void unregister_pool(std::uint32_t id) noexcept {
  Entry* const entry = entry_of(id);
  if (entry == nullptr)
    return;
  const base::Locked locked{lock};
  entry->is_used = false;
}

const char* pool_name(std::uint32_t id) noexcept {
  const Entry* const entry = entry_of(id);
  return entry == nullptr ? "" : entry->name;
}

void write_error(const char* text, std::size_t size) noexcept {
  std::fwrite(text, 1, size, stderr);
}

void abort() noexcept {
  std::abort();
}

}  // namespace port
}  // namespace tarn
