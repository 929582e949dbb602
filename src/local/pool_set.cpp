// Records of a set are made once and serve one thread after another. One lock
// guards who has which: a thread takes it when it first meets a set, when two
// sets share a place, and at its end; a set when it ends. No pool is made,
// ended or looked at under it.
#include "tarn/detail/pool_set.hpp"

#include "tarn/detail/bits.hpp"
#include "tarn/detail/thread_number.hpp"

#include "base/annotations.hpp"
#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "base/spin_lock.hpp"
#include "port/fault.hpp"
#include "port/world.hpp"
#include "thread/table.hpp"

#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

constinit thread_local LocalPool local_pools[local_places] = {};

// empty: there is no pool. made: there is one. lost: a thread that a fork left
// behind was perhaps inside, so nobody looks at it again.
enum class LocalState : std::uint8_t { empty, made, lost };

/// A thread's records of all sets, newest first. Not among its thread-locals:
/// one that first calls in its last destructor is told of no end, and then it
/// and its records stay as they are.
struct LocalThread {
  LocalRecord* newest = nullptr;
  LocalThread* next_idle = nullptr;
};

/// A pool of a set, and what the set knows of it.
struct LocalRecord {
  LocalRecord* older;  // of the set; never changes
  PoolSet* set;
  void* pool;  // its place; never changes
  // Written by who has the record: the release of made pairs with the acquire
  // of whoever looks at all pools.
  std::atomic<LocalState> state{LocalState::empty};
  // The lock's: the thread that has it, null where it waits for one, and its
  // neighbours among that thread's.
  LocalThread* thread = nullptr;
  std::uint32_t number = 0;  // of the thread that had it last, or has it
  LocalRecord* newer_of_thread = nullptr;
  LocalRecord* older_of_thread = nullptr;

  [[nodiscard]] bool is_waiting() const noexcept {
    return thread == nullptr &&
           state.load(std::memory_order_relaxed) != LocalState::lost;
  }
};

/// What of a set only the lock's holder may touch, beside its records.
struct LocalSets {
  base::SpinLock lock;
  bool is_started TARN_GUARDED_BY(lock) = false;
  PoolSet* newest TARN_GUARDED_BY(lock) = nullptr;  // of those with records
  LocalThread* idle TARN_GUARDED_BY(lock) = nullptr;

  bool enter() noexcept TARN_REQUIRES(lock);
  void start() noexcept TARN_REQUIRES(lock);
  void list(PoolSet& set) noexcept TARN_REQUIRES(lock);
  void unlist(PoolSet& set) noexcept TARN_REQUIRES(lock);
  void leave_others_behind() noexcept TARN_REQUIRES(lock);
  bool give_newest_up() noexcept;
};

namespace {

using base::relaxed;

constinit LocalSets sets;
constinit thread_local LocalThread* own_thread = nullptr;
// A count; orders nothing.
constinit std::atomic<std::uint64_t> next_number{PoolSet::first_number};

// Records lie in chunks of at least this size, a line or more each.
constexpr std::size_t least_chunk = 4 * KiB;
constexpr std::size_t line = 64;

void link(LocalRecord& record) noexcept {
  LocalThread& thread = *own_thread;
  record.thread = &thread;
  record.number = own_number();
  record.newer_of_thread = nullptr;
  record.older_of_thread = thread.newest;
  if (thread.newest != nullptr)
    thread.newest->newer_of_thread = &record;
  thread.newest = &record;
}

void unlink(LocalRecord& record) noexcept {
  LocalRecord* const newer = record.newer_of_thread;
  LocalRecord* const older = record.older_of_thread;
  (newer != nullptr ? newer->older_of_thread : record.thread->newest) = older;
  if (older != nullptr)
    older->newer_of_thread = newer;
  record.thread = nullptr;
}

LocalRecord* find_own(const PoolSet& set) noexcept {
  LocalRecord* record = own_thread != nullptr ? own_thread->newest : nullptr;
  while (record != nullptr && record->set != &set)
    record = record->older_of_thread;
  return record;
}

// Runs again for a thread that comes back in a destructor of its own.
void give_own_up() noexcept {
  for (LocalPool& place : local_pools)
    place = {};
  while (sets.give_newest_up())
    continue;
}

void hold_for_fork() noexcept TARN_UNCHECKED_LOCKS {
  sets.lock.lock();
}

void release_in_parent() noexcept TARN_UNCHECKED_LOCKS {
  sets.lock.unlock();
}

void release_in_child() noexcept TARN_UNCHECKED_LOCKS {
  sets.leave_others_behind();
  sets.lock.unlock();
}

[[noreturn]] void report_ended() noexcept {
  base::Line text;
  text << "a PerThread used after its end";
  port::report(Fault::after_end, text);
}

}  // namespace

// Without hooks pools of ended threads wait until the end of their set, and a
// child may find the lock taken; nothing better can be had.
void LocalSets::start() noexcept {
  if (is_started)
    return;
  is_started = true;
  static_cast<void>(thread::at_exit(give_own_up));
  static_cast<void>(thread::at_fork({.prepare = hold_for_fork,
                                     .in_parent = release_in_parent,
                                     .in_child = release_in_child,
                                     .is_outer = true}));
}

void LocalSets::list(PoolSet& set) noexcept {
  if (set.is_listed_)
    return;
  set.is_listed_ = true;
  set.older_ = newest;
  if (newest != nullptr)
    newest->newer_ = &set;
  newest = &set;
}

void LocalSets::unlist(PoolSet& set) noexcept {
  if (!set.is_listed_)
    return;
  (set.newer_ != nullptr ? set.newer_->older_ : newest) = set.older_;
  if (set.older_ != nullptr)
    set.older_->newer_ = set.newer_;
}

// The threads of the parent are not in the child. Those of their pools that
// waited for a thread at the fork are whole.
void LocalSets::leave_others_behind() noexcept {
  for (PoolSet* set = newest; set != nullptr; set = set->older_) {
    set->leaving_ = 0;
    for (LocalRecord* record = set->records_.load(relaxed); record != nullptr;
         record = record->older) {
      if (record->thread == nullptr || record->thread == own_thread)
        continue;
      record->thread = nullptr;
      record->state.store(LocalState::lost, relaxed);
    }
  }
}

// False: this thread has no place for its records, and no memory for one.
bool LocalSets::enter() noexcept {
  if (own_thread != nullptr)
    return true;
  if (idle == nullptr) {
    const Loan loan = port::system_lend({least_chunk, line, PoolKind::tool});
    for (std::size_t at = 0; at + sizeof(LocalThread) <= loan.size;
         at += sizeof(LocalThread))
      idle = ::new (loan.memory + at) LocalThread{nullptr, idle};
    if (idle == nullptr)
      return false;
  }
  own_thread = idle;
  idle = own_thread->next_idle;
  return true;
}

// False: this thread has no more. While a pool is being ended its set waits,
// should somebody end that.
bool LocalSets::give_newest_up() noexcept {
  LocalRecord* record = nullptr;
  {
    const base::Locked locked{lock};
    if (own_thread == nullptr)
      return false;
    record = own_thread->newest;
    if (record == nullptr) {
      own_thread->next_idle = idle;
      idle = own_thread;
      own_thread = nullptr;
      return false;
    }
    unlink(*record);
    if (record->set->options_.ended == EndedThread::adopt ||
        record->state.load(relaxed) != LocalState::made)
      return true;
    record->thread = own_thread;
    ++record->set->leaving_;
  }
  record->set->kind_->end(record->pool);
  const base::Locked locked{lock};
  record->state.store(LocalState::empty, relaxed);
  record->thread = nullptr;
  ++record->set->released_;
  --record->set->leaving_;
  return true;
}

PoolSet::PoolSet(const LocalKind& kind, const PerThreadOptions& options,
                 const void* how, std::size_t size) noexcept
    : PoolSet(next_number.fetch_add(1, relaxed), kind, options) {
  constexpr unsigned of_others = local_places - 1;  // the first is Scratch's
  offset_ =
      static_cast<std::uint32_t>((1 + number_ % of_others) * sizeof(LocalPool));
  if (size != 0)
    __builtin_memcpy(how_, how, size);
}

void* PoolSet::find() noexcept {
  // A thread that nobody tells of its end keeps its pool until the set's end.
  static_cast<void>(port::thread_index());
  static_cast<void>(thread::watch());
  LocalRecord* record = nullptr;
  bool is_ended = false;
  {
    const base::Locked locked{sets.lock};
    is_ended = number_ == ended;
    record = find_own(*this);
    if (record == nullptr && !is_ended)
      record = take();
  }
  if (is_ended) [[unlikely]]
    report_ended();
  if (record == nullptr)
    return nullptr;
  if (record->state.load(relaxed) == LocalState::empty) {
    kind_->make(record->pool, how_);
    record->state.store(LocalState::made, std::memory_order_release);
  }
  place() = {number_, record->pool};
  return record->pool;
}

void* PoolSet::find_or_abort() noexcept {
  if (void* const pool = find())
    return pool;
  constexpr char text[] = "tarn: no memory for a pool of this thread\n";
  port::write_error(text, sizeof text - 1);
  port::abort();
}

// The one that a thread of this number had, whose memory lies beside what else
// such a thread has; any that waits; a new one. Who calls it has the lock,
// which a public header does not know.
LocalRecord* PoolSet::take() noexcept TARN_UNCHECKED_LOCKS {
  sets.start();
  sets.list(*this);
  if (!sets.enter())
    return nullptr;
  LocalRecord* record = nullptr;
  for (LocalRecord* other = records_.load(relaxed); other != nullptr;
       other = other->older) {
    if (!other->is_waiting())
      continue;
    const bool is_ours = other->number == own_number();
    if (is_ours || record == nullptr)
      record = other;
    if (is_ours)
      break;
  }
  if (record == nullptr)
    record = make_record();
  else if (record->state.load(relaxed) == LocalState::made)
    ++adopted_;
  if (record != nullptr)
    link(*record);
  return record;
}

LocalRecord* PoolSet::make_record() noexcept {
  const std::size_t align = base::larger(kind_->align, line);
  const std::size_t before = round_up(sizeof(LocalRecord), align);
  const std::size_t size = round_up(before + kind_->size, align);
  auto* const memory = static_cast<std::byte*>(allocate_record(size, align));
  if (memory == nullptr)
    return nullptr;
  auto* const record =
      ::new (memory) LocalRecord{records_.load(relaxed), this, memory + before};
  records_.store(record, std::memory_order_release);
  return record;
}

void* PoolSet::allocate_record(std::size_t size, std::size_t align) noexcept {
  const std::size_t gap = -address_of(room_) & (align - 1);
  if (size + gap > room_size_) {
    const Loan loan = port::system_lend(
        {base::larger(least_chunk, size + align), line, PoolKind::tool});
    if (!loan)
      return nullptr;
    chunks_ = ::new (loan.memory) port::LentChunk{chunks_, loan.size};
    room_ = loan.memory + sizeof(port::LentChunk);
    room_size_ = loan.size - sizeof(port::LentChunk);
    return allocate_record(size, align);
  }
  std::byte* const memory = room_ + gap;
  room_ = memory + size;
  room_size_ -= size + gap;
  return memory;
}

void PoolSet::for_each(void (*call)(void* pool, void* context) noexcept,
                       void* context) noexcept {
  LocalRecord* record = records_.load(std::memory_order_acquire);
  for (; record != nullptr; record = record->older)
    if (record->state.load(std::memory_order_acquire) == LocalState::made)
      call(record->pool, context);
}

PerThreadStats PoolSet::stats() const noexcept {
  const base::Locked locked{sets.lock};
  PerThreadStats stats{0, 0, 0, adopted_, released_};
  for (const LocalRecord* record = records_.load(relaxed); record != nullptr;
       record = record->older) {
    const LocalState state = record->state.load(relaxed);
    stats.pools += state == LocalState::made;
    stats.waiting += state == LocalState::made && record->thread == nullptr;
    stats.lost += state == LocalState::lost;
  }
  return stats;
}

// A thread that ends just now finishes first. Then nobody has a record any
// more, and what threads remember of the set is a number that never comes back.
void PoolSet::end() noexcept {
  sets.lock.lock();
  number_ = ended;
  for (unsigned round = 0; leaving_ != 0; ++round) {
    sets.lock.unlock();
    base::back_off(round);
    sets.lock.lock();
  }
  sets.unlist(*this);
  LocalRecord* const records = records_.load(relaxed);
  for (LocalRecord* record = records; record != nullptr; record = record->older)
    if (record->thread != nullptr)
      unlink(*record);
  sets.lock.unlock();
  for (LocalRecord* record = records; record != nullptr; record = record->older)
    if (record->state.load(std::memory_order_acquire) == LocalState::made)
      kind_->end(record->pool);
  if (chunks_ != nullptr)
    port::system_take_back_list(chunks_);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
