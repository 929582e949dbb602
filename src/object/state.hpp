// state.hpp - what an ObjectPoolCore has in its room.
//
// Threads  shared: the lock guards all that changes. Nothing is locked under
//          it, and neither an upstream nor the program's code is called.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_core.hpp"

#include "base/spin_lock.hpp"
#include "object/magazine.hpp"
#include "object/parts.hpp"
#include "object/processors.hpp"
#include "object/slabs.hpp"
#include "object/steady.hpp"

#include <cstdint>
#include <new>

namespace tarn::object {

using detail::HandTable;
using detail::ObjectPoolCore;
using detail::TakenSlot;

/// What is to be given back, from when the clock was looked at.
struct Due {
  std::size_t full = 0;   // magazines
  std::size_t empty = 0;  // magazines
  std::size_t slabs = 0;

  [[nodiscard]] bool is_any() const noexcept {
    return full + empty + slabs != 0;
  }
};

/// A thread that reaps all pools.
struct Reaper {
  unsigned thread;
  Reaper* next = nullptr;
};

struct State;

/// A link of the list of all pools. Its word is turned over: who looks through
/// memory for those that have a pool does not take the list for one.
class Link {
 public:
  operator State*() const noexcept {
    return reinterpret_cast<State*>(~turned_);
  }
  State* operator->() const noexcept { return *this; }
  Link& operator=(State* state) noexcept {
    turned_ = ~reinterpret_cast<std::uintptr_t>(state);
    return *this;
  }

 private:
  std::uintptr_t turned_ = ~std::uintptr_t{0};
};

struct State {
  State(ObjectPoolCore& pool_, Upstream* upstream_,
        const detail::ObjectKind& kind, const Shape& shape, bool has_magazines_,
        std::uint32_t processor_count_, std::uint32_t id_, void* checks_,
        void* samples_) noexcept;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] static State& of(ObjectPoolCore& pool) noexcept {
    static_assert(sizeof(State) <= sizeof pool.state_);
    return *std::launder(reinterpret_cast<State*>(pool.state_));
  }
  [[nodiscard]] static const State& of(const ObjectPoolCore& pool) noexcept {
    return *std::launder(reinterpret_cast<const State*>(pool.state_));
  }
  [[nodiscard]] static void* place_in(ObjectPoolCore& pool) noexcept {
    return pool.state_;
  }
  [[nodiscard]] std::atomic<HandTable*>& table() const noexcept {
    return pool.table_;
  }

  // pool.cpp
  [[nodiscard]] Loan lend(std::size_t size, std::size_t align) noexcept
      TARN_EXCLUDES(lock);
  void take_back(Loan loan) noexcept TARN_EXCLUDES(lock);
  /// Borrows a slab. False: refused.
  [[nodiscard]] bool grow() noexcept TARN_EXCLUDES(lock);
  void add(Loan loan, std::uint32_t way = 0) noexcept TARN_REQUIRES(lock);
  /// Of a checked pool, with what is kept of the slab's slots.
  void add(Loan loan, void* records) noexcept TARN_REQUIRES(lock);
  /// Gives back unused slabs, at most `most`, those that were reserved not.
  /// Returns bytes.
  std::size_t shrink(std::size_t most) noexcept TARN_EXCLUDES(lock);
  /// The same of what magazines and the like are cut from.
  std::size_t shrink_parts() noexcept TARN_EXCLUDES(lock);
  std::size_t reap() noexcept TARN_EXCLUDES(lock);
  /// A slot for a thread or a processor, or nobody; whose_slots() says whose
  /// serve before a slab is borrowed.
  [[nodiscard]] TakenSlot take_from_slabs(std::uint32_t number) noexcept
      TARN_EXCLUDES(lock);
  /// The same of the slabs that there are.
  [[nodiscard]] TakenSlot take_free(std::uint32_t way, From from) noexcept
      TARN_REQUIRES(lock);
  /// Of the system's memory everybody has some of its own, unless objects were
  /// reserved, for which nothing is borrowed while any are free.
  [[nodiscard]] From whose_slots() const noexcept TARN_REQUIRES(lock) {
    return upstream == nullptr && least_slabs == 0 ? From::own_way
                                                   : From::any_way;
  }
  void put(void* slot, bool is_made) noexcept TARN_REQUIRES(lock);
  /// The slab of what is given back, or a fault.
  [[nodiscard]] Slab& require_place(const void* slot,
                                    std::uint32_t& number) const noexcept;
  /// The same, and it is not free.
  [[nodiscard]] Slab& require_own(const void* slot,
                                  std::uint32_t& number) const noexcept
      TARN_REQUIRES(lock);
  /// Destroys the objects of a slab that was taken out, and gives it back.
  std::size_t end(Slab& slab) noexcept TARN_EXCLUDES(lock);

  // magazines.cpp
  [[nodiscard]] TakenSlot take_on_thread() noexcept TARN_EXCLUDES(lock);
  void put_on_thread(void* slot) noexcept TARN_EXCLUDES(lock);
  /// Beside those of the thread or the processor of that number, or of any.
  [[nodiscard]] void* new_part(std::size_t size, std::uint32_t number,
                               From from = From::own_way) noexcept
      TARN_EXCLUDES(lock);
  /// For magazines and the like, which are done without: of a refusal the
  /// upstream is not asked again before the next look at the clock.
  [[nodiscard]] Loan lend_part(std::size_t size, std::size_t align) noexcept
      TARN_EXCLUDES(lock);
  /// For what serves all of the pool: a loan, or where that is small a part,
  /// whose `size` is 0. Who takes it back says what was asked for.
  [[nodiscard]] Loan lend_for_all(std::size_t size, std::size_t align) noexcept
      TARN_EXCLUDES(lock);
  void take_back_for_all(Loan loan, std::size_t size) noexcept
      TARN_EXCLUDES(lock);
  [[nodiscard]] Magazine* new_magazine(std::uint32_t number) noexcept
      TARN_EXCLUDES(lock);
  /// A full magazine for a thread or a processor, or null: its objects lie
  /// beside those of others, where what it could borrow would not.
  [[nodiscard]] Magazine* take_full(std::uint32_t number) noexcept
      TARN_REQUIRES(lock);
  /// An empty magazine of today's capacity out of the depot, or null.
  [[nodiscard]] Magazine* take_empty() noexcept TARN_REQUIRES(lock);
  void drop(Magazine* magazine) noexcept TARN_REQUIRES(lock);
  /// Puts the objects of a magazine into their slabs.
  void unload(Magazine* magazine) noexcept TARN_REQUIRES(lock);
  /// Puts what a thread has into the depot, but for the cache itself.
  void unload(Cache& cache) noexcept TARN_REQUIRES(lock);
  void unload_depot() noexcept TARN_REQUIRES(lock);

  // decay.cpp
  /// Looks at the clock, and what nobody needed since it did the last time.
  void look() noexcept TARN_REQUIRES(lock);
  /// Whoever keeps up: the same, and where something is due, lets no thread
  /// find anything at hand, so that each comes by and gives some of it back.
  void keep_up() noexcept;
  /// Gives a piece of what is due back.
  void give_back_some() noexcept TARN_EXCLUDES(lock);

  // draw.cpp
  [[nodiscard]] bool is_sampled() const noexcept {
    return detail::has_thread_locals && samples != nullptr;
  }
  /// A guarded object, where the clock says so. `cache` is this thread's, or
  /// null.
  [[nodiscard]] TakenSlot draw(Cache* cache) noexcept TARN_EXCLUDES(lock);
  /// Whether it was one that came back.
  [[nodiscard]] bool end_draw(Cache* cache, void* slot) noexcept
      TARN_EXCLUDES(lock);
  /// Shows those that lie in magazines, so that nobody has them. What threads
  /// have at hand is read as they change it: sure of what has long lain there.
  void find_drawn(void (*show)(void* with, const void* slot) noexcept,
                  void* with) const noexcept TARN_REQUIRES(lock);
  /// Whether what the thread has stays aside for this call.
  [[nodiscard]] bool stays_aside(Cache& cache) const noexcept {
    return is_sampled() && cache.aside != 0 && --cache.aside != 0;
  }
  /// Has the next call of each thread come by, of all sampled pools that nobody
  /// is in. Waits for nobody.
  static void strike() noexcept;

  // threads.cpp
  /// Caches by the numbers of their threads.
  [[nodiscard]] static Cache** caches(HandTable& table) noexcept {
    return reinterpret_cast<Cache**>(table.hands() + table.size);
  }
  /// This thread's, made if need be. Null: it cannot have one.
  [[nodiscard]] Cache* own_cache() noexcept TARN_EXCLUDES(lock);
  /// Lets the thread find again what it has.
  void arm(Cache& cache) noexcept;
  void disarm(const Cache& cache) noexcept;
  void disarm_all() noexcept TARN_REQUIRES(lock);
  [[nodiscard]] Cache* enter() noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] bool widen(std::uint32_t number) noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] bool use_table(Loan loan, std::uint32_t number,
                               std::size_t size) noexcept TARN_EXCLUDES(lock);
  /// What the thread of a number has goes to the depot.
  void leave(std::uint32_t number) noexcept TARN_REQUIRES(lock);
  /// All that threads and the depot have: into the slabs.
  void unload_all() noexcept TARN_REQUIRES(lock);
  void drop_tables() noexcept TARN_EXCLUDES(lock);
  /// In magazines of threads, at about this moment.
  [[nodiscard]] std::size_t objects_at_hand() const noexcept
      TARN_REQUIRES(lock);
  void link() noexcept;
  /// Waits for those that reap it.
  void unlink() noexcept;
  /// Shows all pools; none of them begins or ends meanwhile.
  static void for_each(void (*look)(State& state, void* with) noexcept,
                       void* with) noexcept;
  /// False: the thread reaps already.
  [[nodiscard]] static bool begin_reap(Reaper& reaper) noexcept;
  static void end_reap(Reaper& reaper) noexcept;
  /// From one pool with reap_when_short to the next, which stays until it is
  /// left; from null to the first one.
  [[nodiscard]] static State* next_to_reap(State* before) noexcept;

  // processors.cpp
  [[nodiscard]] TakenSlot take_on_processor() noexcept TARN_EXCLUDES(lock);
  void put_on_processor(void* slot) noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] TakenSlot take_on_processor_slow() noexcept TARN_EXCLUDES(lock);
  void put_on_processor_slow(void* slot) noexcept TARN_EXCLUDES(lock);
  /// None before the first call.
  [[nodiscard]] port::ProcessorPlaces places() const noexcept;
  /// The same, made if need be.
  [[nodiscard]] port::ProcessorPlaces own_places() noexcept TARN_EXCLUDES(lock);
  /// What only the dev library looks at.
  void require_in_use(const void* slot) noexcept TARN_EXCLUDES(lock);
  /// Sees to it that the next call on each processor comes by. False: not so.
  bool set_all_aside() noexcept TARN_REQUIRES(lock);
  /// The same where no other thread is in the pool. Whether there was any.
  bool move_all_aside() noexcept TARN_REQUIRES(lock);
  /// What was set aside, and the rest: into the depot.
  void unload_processors() noexcept TARN_REQUIRES(lock);
  /// What no thread has at hand: into the slabs.
  void unload_spare() noexcept TARN_REQUIRES(lock);
  [[nodiscard]] std::size_t objects_of_processors() const noexcept
      TARN_REQUIRES(lock);
  void drop_processors() noexcept TARN_EXCLUDES(lock);

  // steady.cpp
  [[nodiscard]] bool begin_steady() noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] bool widen_steady() noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] bool has_all_nodes() const noexcept TARN_REQUIRES(lock);
  /// Up to `n` slots with objects go from the slabs to the threads; how many.
  std::size_t fill_steady(std::size_t n) noexcept TARN_REQUIRES(lock);
  void put_unknown(void* slot) noexcept;
  /// What waits goes into the slabs.
  void end_steady() noexcept TARN_REQUIRES(lock);
  void drop_steady() noexcept TARN_EXCLUDES(lock);
  [[nodiscard]] std::size_t waiting() const noexcept TARN_REQUIRES(lock);

  // Written when the pool begins.
  ObjectPoolCore& pool;
  Upstream* const upstream;  // null: the system
  void (*const destroy)(void* object) noexcept;
  const std::uint32_t id;  // in the table of names
  const bool has_magazines;
  // 0: magazines are those of threads. A checked pool goes the way of those
  // with processors, of which it has none, so that no other way asks.
  const std::uint32_t processor_count;
  const std::size_t slab_size;
  // Of port/object_hooks.hpp. Null: it is not checked; not sampled.
  void* const checks;
  void* const samples;

  mutable base::SpinLock lock;
  ObjectSlabs slabs TARN_GUARDED_BY(lock);
  Parts parts TARN_GUARDED_BY(lock);
  bool lacks_parts TARN_GUARDED_BY(lock) = false;  // some were refused
  Depot depot TARN_GUARDED_BY(lock);
  std::uint32_t capacity TARN_GUARDED_BY(lock);       // of a new magazine
  std::uint32_t guarded TARN_GUARDED_BY(lock) = 0;    // objects, of draw.cpp
  std::size_t least_slabs TARN_GUARDED_BY(lock) = 0;  // were reserved
  // Objects went with threads that are not here: this is a child after fork.
  bool has_lost TARN_GUARDED_BY(lock) = false;

  // Counts since the start.
  std::size_t made TARN_GUARDED_BY(lock) = 0;  // slabs
  std::size_t refusals TARN_GUARDED_BY(lock) = 0;
  std::size_t trips TARN_GUARDED_BY(lock) = 0;
  std::size_t contended TARN_GUARDED_BY(lock) = 0;

  std::uint32_t looked TARN_GUARDED_BY(lock) = 0;  // ms
  std::uint32_t grown TARN_GUARDED_BY(lock) = 0;   // ms: magazines
  std::size_t seen_contended TARN_GUARDED_BY(lock) = 0;
  // Written under the lock; who reads it without learns when to come.
  std::atomic<bool> has_due{false};
  // Guarded objects that somebody has, or has at hand. The same.
  std::atomic<std::uint32_t> drawn_out{0};
  Due due TARN_GUARDED_BY(lock);

  // One for each processor, from the first call on; in a part, or lent. The
  // release of who stores it pairs with the acquire of who comes by.
  std::atomic<Processor*> processors{nullptr};
  std::size_t places_loan = 0;  // bytes, written before; 0: they are a part

  // From the first reserve() of a steady pool on; pairs as above.
  std::atomic<SteadyStack*> steady{nullptr};
  std::size_t nodes TARN_GUARDED_BY(lock) = 0;  // one for each slot

  // In the list of all pools; threads.cpp.
  Link next;
  Link former;
  // Under that list's lock, too.
  unsigned reapers = 0;
  bool reap_when_short = false;
};

// magazines.cpp
/// The last one is taken first: so objects come by rising address, in which
/// processors look ahead.
void turn_around(void** rounds, std::uint32_t count) noexcept;

/// Whether threads tell of their end, so that they may keep something.
[[nodiscard]] bool has_hooks() noexcept;

/// The pool's lock for a trip to the depot, which counts whom it had to wait
/// for.
class TARN_SCOPED_CAPABILITY Trip {
 public:
  explicit Trip(State& state) noexcept
      TARN_ACQUIRE(state.lock) TARN_UNCHECKED_LOCKS : state_(state) {
    if (!state.lock.try_lock()) {
      state.lock.lock();
      ++state.contended;
    }
    // Whoever makes trips looks at the clock now and then.
    constexpr std::size_t trips_between_looks = 4;
    if (++state.trips % trips_between_looks == 0)
      state.look();
  }
  ~Trip() TARN_RELEASE() TARN_UNCHECKED_LOCKS { state_.lock.unlock(); }
  Trip(const Trip&) = delete;
  Trip& operator=(const Trip&) = delete;

 private:
  State& state_;
};

// faults.cpp
[[noreturn]] void report_free(const State& state, const void* p) noexcept;
[[noreturn]] void report_inside(const State& state, const void* p,
                                const void* object) noexcept;
[[noreturn]] void report_foreign(const State& state, const void* p,
                                 const Slab& slab) noexcept;
[[noreturn]] void report_in_use(const State& state,
                                std::size_t objects) noexcept;

}  // namespace tarn::object
