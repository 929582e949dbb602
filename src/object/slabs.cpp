#include "object/slabs.hpp"

#include "base/order.hpp"
#include "base/read_ahead.hpp"

namespace tarn::object {

std::uint32_t Slabs::take_made(void** out, std::uint32_t most,
                               std::uint32_t way, From from) noexcept {
  std::uint32_t taken = 0;
  while (taken < most) {
    Slab* const slab =
        find(way, from, [](const Way& in) { return find_made(in); });
    if (slab == nullptr)
      break;
    List& list = list_for(*slab);
    taken += slab->take_made(out + taken, most - taken);
    relink(list, *slab);
  }
  taken_ += taken;
  free_made_ -= taken;
  return taken;
}

// From the oldest on: where all slots are being made, those that have been
// looked at come to the front.
Slab* Slabs::find_bare(const List& list) noexcept {
  Slab* slab = list.last;
  while (slab != nullptr && !slab->has_bare())
    slab = slab->newer;
  return slab;
}

Slab* Slabs::find_bare(const Way& way) noexcept {
  if (way.bare.first != nullptr)
    return way.bare.first;
  Slab* const slab = find_bare(way.usable);
  return slab != nullptr ? slab : find_bare(way.unused);
}

Slab* Slabs::find_made(const Way& way) noexcept {
  if (way.usable.first != nullptr)
    return way.usable.first;
  Slab* const slab = way.unused.first;
  return slab != nullptr && slab->free_made != 0 ? slab : nullptr;
}

template <class Find>
Slab* Slabs::find(std::uint32_t way, From from, Find find_in) noexcept {
  if (Slab* const own = find_in(ways_[way]); own != nullptr || way_count() == 1)
    return own;
  const bool may_be_any = from == From::any_way || slots_ - taken_ > much();
  for (std::uint32_t other = 0; other != way_count(); ++other) {
    Slab* const slab = find_in(ways_[other]);
    if (slab == nullptr)
      continue;
    if (slab->is_unused() && (may_be_any || other == 0))
      return adopt(*slab, way);
    if (may_be_any)
      return slab;
  }
  return nullptr;
}

// With it those beside it in the list, which may be those beside it in memory.
Slab* Slabs::adopt(Slab& slab, std::uint32_t way) noexcept {
  Slab* next = &slab;
  for (std::size_t bytes = 0; bytes < way_size && next != nullptr;
       bytes += shape_.size) {
    Slab& moved = *next;
    next = moved.older != nullptr ? moved.older : moved.newer;
    unlink(list_for(moved), moved);
    moved.way = way;
    link(moved);
  }
  return &slab;
}

void* Slabs::take_bare(std::uint32_t way, From from) noexcept {
  Slab* const slab =
      find(way, from, [](const Way& in) { return find_bare(in); });
  if (slab == nullptr)
    return nullptr;
  List& list = list_for(*slab);
  void* const slot = slab->take_bare();
  ++taken_;
  relink(list, *slab);
  return slot;
}

// Where a piece of memory ends that is one way's, its last lines stay unused.
// Of two threads that went through 64 KiB each, side by side, each was slower
// by a seventh.
std::uint32_t Slabs::slots_at(const std::byte* memory,
                              std::uint32_t way) const noexcept {
  constexpr std::uint32_t unused = base::read_ahead;
  constexpr std::uint32_t many = 64;
  const bool is_end =
      (detail::address_of(memory) + shape_.size) % way_size == 0;
  return way_count() != 1 && way != 0 && is_end && shape_.slots >= many
             ? shape_.slots - (unused + shape_.stride - 1) / shape_.stride
             : shape_.slots;
}

void Slabs::add(Loan loan, detail::ObjectPoolCore& pool,
                std::uint32_t way) noexcept {
  Slab& slab =
      Slab::start(loan, shape_, slots_at(loan.memory, way), next_colour_, pool);
  slab.way = way;
  next_colour_ = next_colour_ + 1 == shape_.colours ? 0 : next_colour_ + 1;
  ++count_;
  slots_ += slab.slots;
  free_made_ += slab.free_made;
  link(slab);
}

void Slabs::put(Slab& slab, std::uint32_t slot, bool is_made) noexcept {
  List& from = list_for(slab);
  slab.put(slot, is_made);
  --taken_;
  free_made_ += is_made ? 1 : 0;
  relink(from, slab);
}

Slab* Slabs::remove_unused() noexcept {
  const Way* most = ways_;
  for (const Way& way : ways())
    if (way.unused_count > most->unused_count)
      most = &way;
  Slab* const slab = most->unused.last;
  if (slab == nullptr)
    return nullptr;
  unlink(list_for(*slab), *slab);
  --count_;
  slots_ -= slab->slots;
  free_made_ -= slab->free_made;
  return slab;
}

std::size_t Slabs::idle() noexcept {
  const std::size_t most = but_a_share(least_unused_);
  least_unused_ = unused_count_;
  return most;
}

Slabs::List& Slabs::list_for(const Slab& slab) noexcept {
  if (slab.is_full())
    return full_;
  Way& way = ways_[slab.way];
  if (slab.is_unused())
    return way.unused;
  return slab.free_made != 0 ? way.usable : way.bare;
}

void Slabs::link(Slab& slab) noexcept {
  List& list = list_for(slab);
  slab.newer = nullptr;
  slab.older = list.first;
  if (list.first != nullptr)
    list.first->newer = &slab;
  else
    list.last = &slab;
  list.first = &slab;
  if (slab.is_unused()) {
    ++unused_count_;
    ++ways_[slab.way].unused_count;
  }
}

void Slabs::unlink(List& list, Slab& slab) noexcept {
  (slab.newer != nullptr ? slab.newer->older : list.first) = slab.older;
  (slab.older != nullptr ? slab.older->newer : list.last) = slab.newer;
  if (&list != &ways_[slab.way].unused)
    return;
  --ways_[slab.way].unused_count;
  --unused_count_;
  least_unused_ = base::smaller(least_unused_, unused_count_);
}

void Slabs::relink(List& from, Slab& slab) noexcept {
  if (&from == &list_for(slab))
    return;
  unlink(from, slab);
  link(slab);
}

void Slabs::for_each(bool (*look)(Slab& slab, void* with) noexcept,
                     void* with) const noexcept {
  const auto show = [&](const List& list) {
    for (Slab* slab = list.first; slab != nullptr;) {
      Slab* const older = slab->older;
      if (!look(*slab, with))
        return false;
      slab = older;
    }
    return true;
  };
  for (const Way& way : ways())
    if (!show(way.usable) || !show(way.bare) || !show(way.unused))
      return;
  static_cast<void>(show(full_));
}

bool Slabs::check(const List& list, Sum& sum) const noexcept {
  const Slab* newer = nullptr;
  for (const Slab* slab = list.first; slab != nullptr; slab = slab->older) {
    if (!slab->check() || slab->newer != newer)
      return false;
    newer = slab;
    ++sum.slabs;
    sum.slots += slab->slots;
    sum.taken += slab->slots - slab->free_slots;
    sum.free_made += slab->free_made;
  }
  return list.last == newer;
}

bool Slabs::check() const noexcept {
  Sum all;
  std::size_t unused = 0;
  for (const Way& way : ways()) {
    Sum idle;
    if (!check(way.unused, idle) || idle.taken != 0 ||
        idle.slabs != way.unused_count || !check(way.usable, all) ||
        !check(way.bare, all))
      return false;
    all.slabs += idle.slabs;
    all.slots += idle.slots;
    all.free_made += idle.free_made;
    unused += idle.slabs;
  }
  return check(full_, all) && unused == unused_count_ && all.slabs == count_ &&
         all.slots == slots_ && all.taken == taken_ &&
         all.free_made == free_made_;
}

}  // namespace tarn::object
