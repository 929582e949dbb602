// slabs.hpp - all slabs of one pool, by what they have free.
//
//     usable   some slots free, with an object in one of them at least
//     bare     some slots free, an object in none of them
//     unused   all slots free: may go back
//     full     none free
//
// Usable slabs serve first, then unused ones with objects, then bare slots: an
// object that is there costs nothing, and one in a slab that is used anyway
// keeps no other slab from going back.
//
// Cost     constant; a search for a bit is one for 64 slots.
// Threads  confined: the pool's lock.
// Failure  a null pointer or 0; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/slab.hpp"

namespace tarn::object {

class Slabs {
 public:
  explicit Slabs(const Shape& shape) noexcept : shape_(shape) {}
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }

  /// Up to `most` slots with objects.
  [[nodiscard]] std::uint32_t take_made(void** out,
                                        std::uint32_t most) noexcept;

  /// A slot without an object, which its user constructs, or brings back bare.
  [[nodiscard]] void* take_bare() noexcept;

  /// Takes in memory of shape().size bytes at a multiple of that.
  void add(Loan loan, detail::ObjectPoolCore& pool) noexcept;

  /// A slot of `slab`, which is one of these, comes back. It was taken.
  void put(Slab& slab, std::uint32_t slot, bool is_made) noexcept;

  /// Takes out an unused slab, the one unused for longest. Null: there is none.
  [[nodiscard]] Slab* remove_unused() noexcept;

  /// The unused slabs that nobody needed since the last call, but a share.
  [[nodiscard]] std::size_t idle() noexcept;
  /// What stays for a load that swings.
  [[nodiscard]] static constexpr std::size_t but_a_share(
      std::size_t slabs) noexcept {
    return slabs - slabs / 16;
  }

  /// So many slabs have become unused whose objects nobody needed since then.
  void count_idle(std::size_t slabs) noexcept { least_unused_ += slabs; }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t unused() const noexcept { return unused_count_; }
  /// Slots that are not free.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
  /// Slots that are free and hold an object.
  [[nodiscard]] std::size_t free_made() const noexcept { return free_made_; }

  /// Shows all slabs, until `look` says false. It may be a slab's end.
  void for_each(bool (*look)(Slab& slab, void* with) noexcept,
                void* with) const noexcept;

  /// True while every invariant holds. Linear in slots.
  [[nodiscard]] bool check() const noexcept;

 private:
  struct List {
    Slab* first = nullptr;
    Slab* last = nullptr;
  };

  [[nodiscard]] List& list_for(const Slab& slab) noexcept;
  [[nodiscard]] static Slab* find_bare(const List& list) noexcept;
  void link(Slab& slab) noexcept;
  void unlink(List& list, Slab& slab) noexcept;
  void relink(List& from, Slab& slab) noexcept;
  [[nodiscard]] bool check(const List& list, std::size_t& slabs,
                           std::size_t& taken,
                           std::size_t& free_made) const noexcept;

  Shape shape_;
  List usable_;
  List bare_;
  List unused_;  // the newest first
  List full_;
  std::size_t count_ = 0;
  std::size_t unused_count_ = 0;
  std::size_t least_unused_ = 0;  // unused_count_ was not below since idle()
  std::size_t taken_ = 0;
  std::size_t free_made_ = 0;
  std::uint32_t next_colour_ = 0;
};

}  // namespace tarn::object
