#include "object/slabs.hpp"

#include "base/order.hpp"

#include <initializer_list>

namespace tarn::object {

std::uint32_t Slabs::take_made(void** out, std::uint32_t most) noexcept {
  std::uint32_t taken = 0;
  while (taken < most) {
    Slab* slab = usable_.first;
    if (slab == nullptr && unused_.first != nullptr &&
        unused_.first->free_made != 0)
      slab = unused_.first;
    if (slab == nullptr)
      break;
    List& from = list_for(*slab);
    taken += slab->take_made(out + taken, most - taken);
    relink(from, *slab);
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

void* Slabs::take_bare() noexcept {
  Slab* slab = bare_.first;
  if (slab == nullptr)
    slab = find_bare(usable_);
  if (slab == nullptr)
    slab = find_bare(unused_);
  if (slab == nullptr)
    return nullptr;
  List& from = list_for(*slab);
  void* const slot = slab->take_bare();
  ++taken_;
  relink(from, *slab);
  return slot;
}

void Slabs::add(Loan loan, detail::ObjectPoolCore& pool) noexcept {
  Slab& slab = Slab::start(loan, shape_, next_colour_, pool);
  next_colour_ = next_colour_ + 1 == shape_.colours ? 0 : next_colour_ + 1;
  ++count_;
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
  Slab* const slab = unused_.last;
  if (slab == nullptr)
    return nullptr;
  unlink(unused_, *slab);
  --count_;
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
  if (slab.is_unused())
    return unused_;
  return slab.free_made != 0 ? usable_ : bare_;
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
  if (&list == &unused_)
    ++unused_count_;
}

void Slabs::unlink(List& list, Slab& slab) noexcept {
  (slab.newer != nullptr ? slab.newer->older : list.first) = slab.older;
  (slab.older != nullptr ? slab.older->newer : list.last) = slab.newer;
  if (&list != &unused_)
    return;
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
  for (const List* const list : {&usable_, &bare_, &unused_, &full_})
    for (Slab* slab = list->first; slab != nullptr;) {
      Slab* const older = slab->older;
      if (!look(*slab, with))
        return;
      slab = older;
    }
}

bool Slabs::check(const List& list, std::size_t& slabs, std::size_t& taken,
                  std::size_t& free_made) const noexcept {
  const Slab* newer = nullptr;
  for (const Slab* slab = list.first; slab != nullptr; slab = slab->older) {
    if (!slab->check() || slab->newer != newer)
      return false;
    newer = slab;
    ++slabs;
    taken += slab->slots - slab->free_slots;
    free_made += slab->free_made;
  }
  return list.last == newer;
}

bool Slabs::check() const noexcept {
  std::size_t slabs = 0;
  std::size_t taken = 0;
  std::size_t free_made = 0;
  if (!check(unused_, slabs, taken, free_made) || taken != 0 ||
      slabs != unused_count_)
    return false;
  return check(usable_, slabs, taken, free_made) &&
         check(bare_, slabs, taken, free_made) &&
         check(full_, slabs, taken, free_made) && slabs == count_ &&
         taken == taken_ && free_made == free_made_;
}

}  // namespace tarn::object
