#include "span/shelf.hpp"

#include "base/memory_orders.hpp"
#include "base/order.hpp"
#include "os/memory.hpp"

#include <bit>
#include <new>

namespace tarn::span {

constinit Shelf shelves[steps];

namespace {

using base::relaxed;

constexpr unsigned chunks_in_granule(unsigned step) noexcept {
  return step < cut_steps ? granule_ids >> step : 1;
}

constexpr std::uint16_t all_chunks(unsigned step) noexcept {
  return static_cast<std::uint16_t>(low_bits(chunks_in_granule(step)));
}

constexpr std::size_t granules_of(unsigned step) noexcept {
  return step < cut_steps ? 1 : chunk_size(step) / granule_size;
}

std::uint16_t bit_of(const std::byte* chunk, unsigned step) noexcept {
  const std::size_t place =
      (detail::address_of(chunk) & (granule_size - 1)) / chunk_size(step);
  return static_cast<std::uint16_t>(1u << place);
}

FreeChunk* make_free(std::byte* memory) noexcept {
  return ::new (memory) FreeChunk{nullptr, &shelves, nullptr, 1};
}

}  // namespace

FreeChunk* Shelf::lend(unsigned step, unsigned thread,
                       std::size_t* count) noexcept {
  const unsigned way = thread % ways;
  {
    const base::Locked locked{lock_};
    if (FreeChunk* const batch = pop_batch(way)) {
      *count = batch->count;
      excess_ = base::smaller(excess_, batch_count_);
      return batch;
    }
    *count = 1;
    if (step < cut_steps)
      if (const Space::Number number = find_cut(way))
        return cut_from(number, step, way);
  }
  std::byte* const memory =
      the_space.claim(granules_of(step), Use::chunks, step);
  if (step >= cut_steps) {
    if (memory == nullptr)
      return nullptr;
    the_space.cut(the_space.number_of(memory)).way =
        static_cast<std::uint8_t>(way);
    return make_free(memory);
  }
  const base::Locked locked{lock_};
  if (memory != nullptr)
    start_cut(memory, step);
  const Space::Number number =
      memory != nullptr ? the_space.number_of(memory) : find_any();
  return number == 0 ? nullptr : cut_from(number, step, way);
}

// The way's own first, then any, since what waits here has pages.
FreeChunk* Shelf::pop_batch(unsigned way) noexcept {
  if (batch_count_ == 0)
    return nullptr;
  while (batches_[way] == nullptr)
    way = (way + 1) % ways;
  FreeChunk* const batch = batches_[way];
  batches_[way] = batch->next_batch;
  waiting_.fetch_sub(batch->count, relaxed);
  --batch_count_;
  least_batches_ = base::smaller(least_batches_, batch_count_);
  return batch;
}

// Chunks with pages first; of those and the others the way's own granule first,
// then one that is nobody's.
Space::Number Shelf::find_cut(unsigned way) const noexcept {
  const Space::Number own = current_[way];
  for (const unsigned dirty : {1u, 0u}) {
    if (own != 0 && the_space.cut(own).is_listed != 0 &&
        the_space.cut(own).list == dirty)
      return own;
    Space::Number number = lists_[dirty].newest;
    while (number != 0 && current_[the_space.cut(number).way] == number)
      number = the_space.cut(number).older;
    if (number != 0)
      return number;
  }
  return 0;
}

Space::Number Shelf::find_any() const noexcept {
  return lists_[1].newest != 0 ? lists_[1].newest : lists_[0].newest;
}

FreeChunk* Shelf::cut_from(Space::Number number, unsigned step,
                           unsigned way) noexcept {
  CutGranule& cut = the_space.cut(number);
  const unsigned free = cut.free.load(relaxed);
  const auto place = static_cast<unsigned>(std::countr_zero(free));
  const unsigned left = free & (free - 1);
  cut.free.store(static_cast<std::uint16_t>(left), relaxed);
  cut.stamp = round_;
  free_in_granules_.fetch_sub(1, relaxed);
  if (current_[cut.way] == number)
    current_[cut.way] = 0;
  if (left == 0) {
    unlink(number);
  } else {
    cut.way = static_cast<std::uint8_t>(way);
    current_[way] = number;
  }
  return make_free(the_space.granule(number) + place * chunk_size(step));
}

void Shelf::start_cut(std::byte* granule, unsigned step) noexcept {
  const Space::Number number = the_space.number_of(granule);
  CutGranule& cut = the_space.cut(number);
  // Its pages may be there from an earlier use.
  cut.dirty = all_chunks(step);
  cut.free.store(all_chunks(step), relaxed);
  cut.stamp = round_;
  cut.way = 0;
  free_in_granules_.fetch_add(chunks_in_granule(step), relaxed);
  link(number, true);
}

void Shelf::take_back(FreeChunk* chunks, std::size_t count) noexcept {
  if (chunks == nullptr)
    return;
  if (count == 0)
    for (const FreeChunk* chunk = chunks; chunk != nullptr; chunk = chunk->next)
      ++count;
  const CutGranule& home = the_space.cut(the_space.number_of(chunks));
  const base::Locked locked{lock_};
  const unsigned way = home.way;
  chunks->next_batch = batches_[way];
  chunks->count = count;
  batches_[way] = chunks;
  ++batch_count_;
  waiting_.fetch_add(count, relaxed);
}

void Shelf::end_round() noexcept {
  const base::Locked locked{lock_};
  excess_ = least_batches_;
  least_batches_ = batch_count_;
  ++round_;
}

bool Shelf::dissolve_one(unsigned step) noexcept {
  FreeChunk* chunk = nullptr;
  {
    const base::Locked locked{lock_};
    if (excess_ == 0)
      return false;
    --excess_;
    chunk = pop_batch(round_ % ways);
    if (step < cut_steps) {
      while (chunk != nullptr) {
        FreeChunk* const next = chunk->next;
        put_into_granule(reinterpret_cast<std::byte*>(chunk), step);
        chunk = next;
      }
      return true;
    }
  }
  while (chunk != nullptr) {
    FreeChunk* const next = chunk->next;
    the_space.release(reinterpret_cast<std::byte*>(chunk), granules_of(step));
    chunk = next;
  }
  return true;
}

void Shelf::put_into_granule(std::byte* chunk, unsigned step) noexcept {
  add_chunks(the_space.number_of(chunk), bit_of(chunk, step), step, true);
}

void Shelf::add_chunks(Space::Number number, unsigned chunks, unsigned step,
                       bool is_dirty) noexcept {
  CutGranule& cut = the_space.cut(number);
  const unsigned free = cut.free.load(relaxed) | chunks;
  const unsigned all_dirty = cut.dirty | (is_dirty ? chunks : 0);
  cut.free.store(static_cast<std::uint16_t>(free), relaxed);
  cut.dirty = static_cast<std::uint16_t>(all_dirty);
  cut.stamp = round_;
  free_in_granules_.fetch_add(static_cast<std::size_t>(std::popcount(chunks)),
                              relaxed);
  if (cut.is_listed != 0)
    unlink(number);
  if (free != all_chunks(step)) {
    link(number, (free & all_dirty) != 0);
    return;
  }
  free_in_granules_.fetch_sub(chunks_in_granule(step), relaxed);
  if (current_[cut.way] == number)
    current_[cut.way] = 0;
  the_space.release(the_space.granule(number), 1);
}

// The pages go outside of the lock; meanwhile the chunks belong to nobody, so
// the granule cannot become free as a whole.
std::size_t Shelf::purge_one(unsigned step, unsigned rounds) noexcept {
  if (step >= cut_steps || chunk_size(step) < os::page_size())
    return 0;
  Space::Number number = 0;
  unsigned taken = 0;
  {
    const base::Locked locked{lock_};
    number = lists_[1].oldest;
    if (number == 0)
      return 0;
    CutGranule& cut = the_space.cut(number);
    if (static_cast<std::uint16_t>(round_ - cut.stamp) < rounds)
      return 0;
    const unsigned free = cut.free.load(relaxed);
    taken = free & cut.dirty;
    cut.free.store(static_cast<std::uint16_t>(free & ~taken), relaxed);
    cut.dirty = static_cast<std::uint16_t>(cut.dirty & ~taken);
    free_in_granules_.fetch_sub(static_cast<std::size_t>(std::popcount(taken)),
                                relaxed);
    unlink(number);
    if ((free & ~taken) != 0)
      link(number, false);
  }
  std::byte* const memory = the_space.granule(number);
  const std::size_t size = chunk_size(step);
  for (unsigned left = taken; left != 0;) {
    const auto place = static_cast<unsigned>(std::countr_zero(left));
    const auto run = static_cast<unsigned>(std::countr_one(left >> place));
    left &= ~(static_cast<unsigned>(low_bits(run)) << place);
    os::purge(memory + place * size, run * size);
  }
  const base::Locked locked{lock_};
  add_chunks(number, taken, step, false);
  return static_cast<std::size_t>(std::popcount(taken)) * size;
}

void Shelf::link(Space::Number number, bool is_dirty) noexcept {
  CutGranule& cut = the_space.cut(number);
  List& list = lists_[is_dirty ? 1 : 0];
  cut.newer = 0;
  cut.older = list.newest;
  cut.is_listed = 1;
  cut.list = is_dirty ? 1 : 0;
  if (list.newest != 0)
    the_space.cut(list.newest).newer = number;
  else
    list.oldest = number;
  list.newest = number;
}

void Shelf::unlink(Space::Number number) noexcept {
  CutGranule& cut = the_space.cut(number);
  List& list = lists_[cut.list];
  if (cut.newer != 0)
    the_space.cut(cut.newer).older = cut.older;
  else
    list.newest = cut.older;
  if (cut.older != 0)
    the_space.cut(cut.older).newer = cut.newer;
  else
    list.oldest = cut.newer;
  cut.is_listed = 0;
}

std::size_t Shelf::bytes(unsigned step) const noexcept {
  return (waiting_.load(relaxed) + free_in_granules_.load(relaxed)) *
         chunk_size(step);
}

std::size_t Shelf::bytes_in_batches(unsigned step) const noexcept {
  return waiting_.load(relaxed) * chunk_size(step);
}

}  // namespace tarn::span
