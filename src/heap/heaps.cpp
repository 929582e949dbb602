// The thread heaps of the process: made when a thread first comes into a heap,
// abandoned when it ends, adopted by the next one that comes there. They are
// never unmapped, so that whoever finds an id in the page map finds its heap;
// those of a heap that ended serve another one.
#include "base/sparse.hpp"
#include "base/spin_lock.hpp"
#include "heap/checked.hpp"
#include "heap/look.hpp"
#include "heap/slow.hpp"
#include "os/process.hpp"
#include "port/world.hpp"
#include "span/maintenance.hpp"
#include "span/space.hpp"
#include "span/teller.hpp"
#include "thread/table.hpp"

#include <bit>
#include <new>

namespace tarn::heap {

constinit FreeSlot no_slot{nullptr, 0};
constinit ThreadHeap no_heap;
constinit thread_local OwnHeaps own_heaps;
constinit Domain default_domain;
constinit Domain no_domain{
    .place = no_place, .is_default = false, .check = CheckMode::off};

namespace {

// What a thread left behind is given back when nobody adopted it for so long.
constexpr std::uint32_t patience_ms = 500;

// Held while anybody looks after the thread heaps of others, or a heap ends.
constinit base::SpinLock upkeep_lock;

// Guards which thread heap belongs to what, and the list of heaps. A leaf:
// nothing else is locked under it.
constinit base::SpinLock lock;
constinit Domain* domains TARN_GUARDED_BY(lock) = nullptr;
constinit ThreadHeap* unbound TARN_GUARDED_BY(lock) = nullptr;
// A bit for each of most_places; the default heap has the first.
constinit std::uint32_t free_places TARN_GUARDED_BY(lock) = 0xFFFE;
constinit std::uintptr_t key TARN_GUARDED_BY(lock) = 0;

// What is left of the granule that thread heaps are cut from.
constinit std::byte* room TARN_GUARDED_BY(lock) = nullptr;
constinit std::byte* room_end TARN_GUARDED_BY(lock) = nullptr;

// Written under the lock, the count last: its release pairs with heaps().
TARN_SPARSE constinit std::atomic<ThreadHeap*> all[most_heaps] = {};
constinit std::atomic<HeapId> count{0};

// What was counted in heaps that ended. Written under the lock.
constinit base::Published<std::size_t> ended_refills[classes] = {};
constinit base::Published<std::size_t> ended_slabs;

void abandon(ThreadHeap& heap) noexcept TARN_REQUIRES(lock) {
  ThreadHeap*& list = heap.domain == nullptr ? unbound : heap.domain->abandoned;
  heap.next = list;
  list = &heap;
}

// Thread heaps that waited for long: their slabs are anybody's.
void dissolve_abandoned(Domain& domain) noexcept {
  const std::uint32_t now = span::now_ms();
  ThreadHeap* old = nullptr;
  {
    const base::Locked locked{lock};
    for (ThreadHeap** link = &domain.abandoned; *link != nullptr;) {
      ThreadHeap* const heap = *link;
      if (now - heap->abandoned < patience_ms || heap->is_dissolved) {
        link = &heap->next;
        continue;
      }
      *link = heap->next;
      heap->next = old;
      heap->is_dissolved = true;
      old = heap;
    }
  }
  while (old != nullptr) {
    ThreadHeap& heap = *old;
    old = heap.next;
    dissolve(heap);
    const base::Locked locked{lock};
    abandon(heap);
  }
}

Domain* next_domain(const Domain* domain) noexcept {
  const base::Locked locked{lock};
  return domain == nullptr ? domains : domain->next;
}

// What nobody's calls would give back. No heap ends meanwhile.
void keep_up() noexcept {
  if (!upkeep_lock.try_lock())
    return;
  const std::uint32_t now = span::now_ms();
  for (Domain* domain = next_domain(nullptr); domain != nullptr;
       domain = next_domain(domain)) {
    dissolve_abandoned(*domain);
    trim_listed(*domain);
    trim_idle(*domain, now);
  }
  upkeep_lock.unlock();
}

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  upkeep_lock.lock();
  lock.lock();
  for (HeapId id = 1; id <= count.load(relaxed); ++id)
    all[id - 1].load(relaxed)->lock.lock();
  for (Domain* domain = domains; domain != nullptr; domain = domain->next)
    domain->runs_lock.lock();
}

void release_in_parent() noexcept TARN_UNCHECKED_LOCKS {
  for (Domain* domain = domains; domain != nullptr; domain = domain->next)
    domain->runs_lock.unlock();
  for (HeapId id = 1; id <= count.load(relaxed); ++id)
    all[id - 1].load(relaxed)->lock.unlock();
  lock.unlock();
  upkeep_lock.unlock();
}

bool is_own(const ThreadHeap* heap) noexcept {
  for (const ThreadHeap* const own : own_heaps.at)
    if (own == heap)
      return true;
  return heap->domain != nullptr && heap->domain->shared == heap;
}

// The heaps of threads that are not here are abandoned, but for those whose
// lists may not be whole: what they hold is lost.
void release_in_child() noexcept TARN_UNCHECKED_LOCKS {
  unbound = nullptr;
  for (Domain* domain = domains; domain != nullptr; domain = domain->next)
    domain->abandoned = nullptr;
  for (HeapId id = 1; id <= count.load(relaxed); ++id) {
    ThreadHeap* const heap = all[id - 1].load(relaxed);
    if (is_own(heap))
      continue;
    heap->thread = no_thread;
    if (heap->busy.load(relaxed) % 2 == 0) {
      mend_outbox(*heap);
      abandon(*heap);
    }
  }
  release_in_parent();
}

void start() noexcept TARN_REQUIRES(lock) {
  if (key != 0)
    return;
  // Hard to meet by chance, and not the address of anything.
  key = (detail::address_of(&no_heap) ^ os::exact_now()) *
        std::uintptr_t{0x9E3779B97F4A7C15};
  key = (key | (room_mask + 1)) & ~room_mask;
  domains = &default_domain;
  prepare_trimming();
  span::watch_forks();
  static_cast<void>(thread::at_exit(leave));
  static_cast<void>(thread::at_fork({.prepare = hold_for_fork,
                                     .in_parent = release_in_parent,
                                     .in_child = release_in_child,
                                     .is_outer = true}));
  span::set_upkeep(keep_up);
  span::set_block_teller(tell_block);
}

// Before there are threads: a fork that began without our hooks would leave the
// child a lock which nobody frees.
__attribute__((constructor)) void start_early() noexcept {
  const base::Locked locked{lock};
  start();
}

// Since the space must not be asked under our lock.
bool add_room() noexcept {
  std::byte* const memory = span::the_space.claim(
      1, span::Use::large, static_cast<unsigned>(PoolKind::none));
  if (memory == nullptr)
    return false;
  std::atomic<std::uint32_t>* const ids = &span::the_space.id_at(memory);
  ids[0].store(0, relaxed);
  ids[1].store(1, relaxed);
  const base::Locked locked{lock};
  room = memory;
  room_end =
      memory + span::granule_size / sizeof(ThreadHeap) * sizeof(ThreadHeap);
  return true;
}

ThreadHeap* make() noexcept TARN_REQUIRES(lock) {
  const HeapId id = count.load(relaxed) + 1;
  if (id >= most_heaps)
    return nullptr;
  auto* const heap = ::new (room) ThreadHeap;
  room += sizeof(ThreadHeap);
  const span::Reservation& first = span::the_space.reservation(0);
  heap->space = first.begin();
  heap->granules = first.granules();
  heap->map = first.descriptors();
  heap->id = id;
  heap->tag = id << 16;
  heap->key = key;
  all[id - 1].store(heap, relaxed);
  count.store(id, std::memory_order_release);
  return heap;
}

void bind(ThreadHeap& heap, Domain& domain) noexcept TARN_REQUIRES(lock) {
  heap.domain = &domain;
  heap.is_of_default = domain.is_default;
  heap.pool = domain.id;
  heap.next_member = domain.members;
  domain.members = &heap;
}

// One that waits in the heap, else one that waits for any.
ThreadHeap* adopt(Domain& domain) noexcept TARN_REQUIRES(lock) {
  ThreadHeap*& list = domain.abandoned != nullptr ? domain.abandoned : unbound;
  ThreadHeap* const heap = list;
  if (heap == nullptr)
    return nullptr;
  list = heap->next;
  heap->is_dissolved = false;
  return heap;
}

// `own` is what the thread has from a heap that ended, or null.
ThreadHeap* find(Domain& domain, ThreadHeap* own,
                 std::uint32_t thread) noexcept {
  do {
    const base::Locked locked{lock};
    start();
    ThreadHeap* heap = own != nullptr ? own : adopt(domain);
    if (heap == nullptr && room != room_end)
      heap = make();
    else if (heap == nullptr)
      continue;
    if (heap == nullptr)
      return nullptr;
    if (heap->domain == nullptr)
      bind(*heap, domain);
    heap->thread = thread;
    return heap;
  } while (add_room());
  return nullptr;
}

// As new, but for what it compares with. Its runs go elsewhere.
void clear(ThreadHeap& heap) noexcept TARN_UNCHECKED_LOCKS {
  for (Bin& bin : heap.bins)
    bin = {};
  heap.drawn = 0;
  for (Parcel& parcel : heap.outbox)
    parcel.granule = no_granule;
  heap.open_parcels = 0;
  for (unsigned i = 0; i < classes; ++i) {
    heap.partial[i] = nullptr;
    heap.dry[i] = nullptr;
    heap.warmth[i] = 0;
    heap.strips[i] = 0;
    static_cast<void>(heap.listed[i].take_all());
    ended_refills[i] = ended_refills[i] + heap.refills[i];
    heap.refills[i] = 0;
  }
  {
    // Whoever counts what is in them has come out before they go.
    const base::Locked locked{heap.lock};
    heap.mixed = nullptr;
  }
  heap.domain = nullptr;
  heap.trim_list = 0;
  heap.trim_next = nullptr;
  ended_slabs = ended_slabs + heap.slabs_made;
  heap.slabs_made = 0;
}

}  // namespace

void leave(ThreadHeap*& own) noexcept {
  if (own == &no_heap)
    return;
  ThreadHeap& heap = *own;
  if (heap.is_of_default)
    send_all(heap);
  own = &no_heap;
  const std::uint32_t now = span::now_ms();
  const base::Locked locked{lock};
  // Nobody ends the heap meanwhile.
  heap.thread = no_thread;
  heap.abandoned = now;
  if (heap.domain != nullptr && !heap.is_of_default)
    send_all(heap);
  abandon(heap);
}

void leave() noexcept {
  for (ThreadHeap*& own : own_heaps.at)
    leave(own);
}

ThreadHeap* enter_first(Domain& domain) noexcept {
  ThreadHeap*& own = own_heaps.at[domain.place];
  ThreadHeap* const heap =
      find(domain, own != &no_heap ? own : nullptr, port::thread_index());
  if (heap == nullptr)
    return nullptr;
  heap->last_look = span::now_ms();
  heap->soon_looks = 0;
  own = heap;
  begin_draws(domain, *heap);
  // Without its end being watched the heap is lost with the thread, no more.
  static_cast<void>(thread::watch());
  return heap;
}

bool begin(Domain& domain, bool is_compact) noexcept {
  {
    const base::Locked locked{lock};
    start();
    domain.place = no_place;
    if (!is_compact && free_places != 0) {
      domain.place = static_cast<unsigned>(std::countr_zero(free_places));
      free_places &= free_places - 1;
    }
  }
  if (domain.place == no_place) {
    domain.shared = find(domain, nullptr, no_thread);
    if (domain.shared == nullptr)
      return false;
  }
  const base::Locked locked{lock};
  domain.next = domains->next;
  domains->next = &domain;
  return true;
}

void end(Domain& domain) noexcept {
  const base::Locked upkeep{upkeep_lock};
  const base::Locked locked{lock};
  Domain** link = &domains;
  while (*link != &domain)
    link = &(*link)->next;
  *link = domain.next;
  // Those that threads have stay with them until they end.
  for (ThreadHeap* heap = domain.abandoned; heap != nullptr;) {
    ThreadHeap* const next = heap->next;
    heap->next = unbound;
    unbound = heap;
    heap = next;
  }
  for (ThreadHeap* heap = domain.members; heap != nullptr;
       heap = heap->next_member)
    clear(*heap);
  if (domain.shared != nullptr) {
    domain.shared->next = unbound;
    unbound = domain.shared;
  }
  if (domain.place != no_place)
    free_places |= 1u << domain.place;
}

ThreadHeap& heap_of(HeapId id) noexcept {
  return *all[id - 1].load(relaxed);
}

ThreadHeap* members_of(Domain& domain) noexcept {
  const base::Locked locked{lock};
  return domain.members;
}

void look_at_bins_of_nobody(ThreadHeap& heap) noexcept {
  const base::Locked locked{lock};
  if (heap.thread != no_thread || heap.is_dissolved ||
      heap.busy.load(relaxed) % 2 != 0)
    return;
  for (unsigned i = 1; i < classes; ++i)
    heap.bins[i].look(room_of(i), heap.key);
}

HeapId heaps() noexcept {
  return count.load(std::memory_order_acquire);
}

std::size_t refills_of_ended_heaps(unsigned size_class) noexcept {
  return ended_refills[size_class];
}

std::size_t slabs_of_ended_heaps() noexcept {
  return ended_slabs;
}

}  // namespace tarn::heap
