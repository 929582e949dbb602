// Pools with a name have their id beside each piece of memory; equal names are
// one row, since a thousand regions 'request' are one thing to a reader. What
// has no name cannot be told from what waits in a cache without reading memory
// that is somebody's, so it is what is left when all else is taken off.
#include "observe/pools.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "port/world.hpp"
#include "span/cache.hpp"
#include "span/names.hpp"
#include "span/walk.hpp"

#include <utility>

namespace tarn::observe {
namespace {

using span::Descriptor;
using span::granule_size;
using span::Reservation;

using base::relaxed;

std::uint32_t hash_of(PoolKind kind, const char* name) noexcept {
  constexpr std::uint32_t fnv_prime = 16777619;  // Fowler, Noll and Vo
  std::uint32_t hash = 2166136261u ^ static_cast<std::uint32_t>(kind);
  for (; *name != '\0'; ++name)
    hash = (hash ^ static_cast<unsigned char>(*name)) * fnv_prime;
  return hash;
}

class Rows {
 public:
  explicit Rows(Snapshot& into) noexcept : into_(into) {}

  /// A piece of a pool with an id, or of one without a name.
  void add(std::uint32_t id, PoolKind kind, std::size_t bytes) noexcept {
    if (last_ == nullptr || id != last_id_ || kind != last_kind_)
      find(id, kind);
    last_->held += bytes;
    ++last_->pieces;
  }

  /// More bytes of the row that add() found last: its run goes on.
  void add_to_last(std::size_t bytes) noexcept { last_->held += bytes; }

  /// How many pieces the row that add() found last has is not known.
  void forget_pieces() noexcept { last_->pieces = 0; }

  void sort() noexcept {
    for (unsigned i = 1; i < into_.pool_count; ++i)
      for (unsigned k = i; k != 0 && is_larger(k); --k)
        std::swap(into_.pools[k], into_.pools[k - 1]);
  }

 private:
  [[nodiscard]] bool is_larger(unsigned k) const noexcept {
    return into_.pools[k].held > into_.pools[k - 1].held;
  }

  void find(std::uint32_t id, PoolKind kind) noexcept {
    last_id_ = id;
    last_kind_ = kind;
    const PoolKind named = span::kind_of_pool(id);
    if (named != PoolKind::none)
      kind = named;
    const char* const name = port::pool_name(id);
    const std::uint32_t hash = hash_of(kind, name);
    for (unsigned i = 0; i < into_.pool_count; ++i)
      if (hashes_[i] == hash && into_.pools[i].kind == kind &&
          __builtin_strcmp(into_.pools[i].name, name) == 0) {
        last_ = &into_.pools[i];
        return;
      }
    last_ = &into_.other_pools;
    if (into_.pool_count == Snapshot::most_pools)
      return;
    hashes_[into_.pool_count] = hash;
    last_ = &into_.pools[into_.pool_count++];
    last_->kind = kind;
    for (std::size_t i = 0; i + 1 < sizeof last_->name && name[i] != '\0'; ++i)
      last_->name[i] = name[i];
  }

  Snapshot& into_;
  PoolStats* last_ = nullptr;
  std::uint32_t last_id_ = 0;
  PoolKind last_kind_ = PoolKind::none;
  std::uint32_t hashes_[Snapshot::most_pools] = {};
};

class Walk {
 public:
  explicit Walk(Rows& rows) noexcept : rows_(rows) {}

  void operator()(const Reservation& part, std::size_t index) noexcept {
    const Descriptor word = part.descriptor(index);
    if (word.is(span::Use::chunks) || word.is_free())
      is_in_run_ = false;
    if (word.is(span::Use::chunks))
      add_chunks(part, index, word.extra());
    else if (!word.is_free())
      add_run(part, index, word);
  }

  /// Bytes of chunks without a name that are not free in their granules.
  [[nodiscard]] std::size_t unnamed() const noexcept { return unnamed_; }
  /// Bytes of the house's own, which no pool borrowed.
  [[nodiscard]] std::size_t bookkeeping() const noexcept {
    return bookkeeping_;
  }

 private:
  void add_chunk(const Reservation& part, std::size_t unit,
                 std::size_t size) noexcept {
    if (const std::uint32_t id = part.ids()[unit].load(relaxed))
      rows_.add(id, PoolKind::region, size);
    else
      unnamed_ += size;
  }

  void add_chunks(const Reservation& part, std::size_t index,
                  unsigned step) noexcept {
    const std::size_t unit = index * span::granule_ids;
    if (step >= span::cut_steps) {
      if (part.descriptor(index).offset() == 0)
        add_chunk(part, unit,
                  span::chunk_size(base::smaller(step, span::steps - 1)));
      return;
    }
    const unsigned free = part.cut(index).free.load(relaxed);
    for (unsigned i = 0; i < span::granule_ids >> step; ++i)
      if ((free >> i & 1) == 0)
        add_chunk(part, unit + (std::size_t{i} << step),
                  span::chunk_size(step));
  }

  // A run may change while it is walked: each granule counts by itself.
  void add_run(const Reservation& part, std::size_t index,
               Descriptor word) noexcept {
    if (word.offset() != 0 && is_in_run_)
      return rows_.add_to_last(granule_size);
    const PoolKind kind = word.is(span::Use::large)
                              ? static_cast<PoolKind>(word.extra())
                              : PoolKind::heap;
    if (kind == PoolKind::none) {
      bookkeeping_ += granule_size;
      is_in_run_ = false;
      return;
    }
    rows_.add(part.ids()[index * span::granule_ids].load(relaxed), kind,
              granule_size);
    is_in_run_ = true;
  }

  Rows& rows_;
  std::size_t unnamed_ = 0;
  std::size_t bookkeeping_ = 0;
  bool is_in_run_ = false;
};

}  // namespace

void add_pools(Snapshot& into) noexcept {
  Rows rows{into};
  Walk walk{rows};
  span::for_each_granule(walk);
  into.bookkeeping = walk.bookkeeping();
  std::size_t others = span::cached_bytes();
  for (unsigned step = 0; step < span::steps; ++step)
    others += span::shelves[step].bytes_in_batches(step);
  if (walk.unnamed() > others) {
    rows.add(0, PoolKind::region, walk.unnamed() - others);
    rows.forget_pieces();
  }
  rows.sort();
}

}  // namespace tarn::observe
