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
// Each slab is of one way, and threads have ways by their numbers: objects of
// two threads side by side share no line, but a processor that reads ahead
// takes lines from the other one all the same. Way 0 is everybody's. Another
// way's slabs serve where there is much free, or nothing to be borrowed.
//
// Cost     constant; a search for a bit is one for 64 slots.
// Threads  confined: the pool's lock.
// Failure  a null pointer or 0; nothing has changed.
// SPDX-License-Identifier: MIT
#pragma once

#include "object/slab.hpp"

#include <span>

namespace tarn::object {

/// In place of the number of a thread or a processor.
inline constexpr std::uint32_t nobody = ~std::uint32_t{0};

/// Whose slots will do.
enum class From : std::uint8_t {
  own_way,  // and of others where much is free
  any_way
};

class Slabs {
 public:
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }

  /// That of a thread or a processor; of nobody 0.
  [[nodiscard]] std::uint32_t way_of(std::uint32_t number) const noexcept {
    return number == nobody || way_count() == 1 || shape_.size > way_size
               ? 0
               : 1 + number % (way_count() - 1);
  }

  /// Up to `most` slots with objects.
  [[nodiscard]] std::uint32_t take_made(void** out, std::uint32_t most,
                                        std::uint32_t way = 0,
                                        From from = From::own_way) noexcept;

  /// A slot without an object, which its user constructs, or brings back bare.
  [[nodiscard]] void* take_bare(std::uint32_t way = 0,
                                From from = From::own_way) noexcept;

  /// Takes in memory of shape().size bytes at a multiple of that.
  void add(Loan loan, detail::ObjectPoolCore& pool,
           std::uint32_t way = 0) noexcept;

  /// A slot of `slab`, which is one of these, comes back. It was taken.
  void put(Slab& slab, std::uint32_t slot, bool is_made) noexcept;

  /// Takes out an unused slab: of the way with most of them the one unused for
  /// longest. Null: there is none.
  [[nodiscard]] Slab* remove_unused() noexcept;

  /// The unused slabs that nobody needed since the last call, but a share.
  [[nodiscard]] std::size_t idle() noexcept;
  /// What stays for a load that swings.
  [[nodiscard]] static constexpr std::size_t but_a_share(
      std::size_t slabs) noexcept {
    return slabs - slabs / 16;
  }

  /// So many slabs have become unused whose objects nobody needed since then.
  void count_idle(std::size_t slabs) noexcept {
    least_unused_ += static_cast<std::uint32_t>(slabs);
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
  [[nodiscard]] std::size_t unused() const noexcept { return unused_count_; }
  /// Slots that are not free.
  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
  /// Slots that are free and hold an object.
  [[nodiscard]] std::size_t free_made() const noexcept { return free_made_; }
  /// So many free slots are much: a quarter of those in use, and a slab a way.
  [[nodiscard]] std::size_t much() const noexcept {
    return taken_ / 4 + way_count() * std::size_t{shape_.slots};
  }

  /// Shows all slabs, until `look` says false. It may be a slab's end.
  void for_each(bool (*look)(Slab& slab, void* with) noexcept,
                void* with) const noexcept;

  /// True while every invariant holds. Linear in slots.
  [[nodiscard]] bool check() const noexcept;

 protected:
  struct List {
    Slab* first = nullptr;
    Slab* last = nullptr;
  };

  struct Way {
    List usable;
    List bare;
    List unused;  // the newest first
    std::size_t unused_count = 0;
  };

  Slabs(const Shape& shape, Way* ways, std::uint32_t way_count) noexcept
      : shape_(shape), way_count_(way_count), ways_(ways) {}
  ~Slabs() = default;

 private:
  // A piece that the system cuts for one thread's asks alone.
  static constexpr std::size_t way_size = 64 * KiB;

  struct Sum {
    std::size_t slabs = 0;
    std::size_t slots = 0;
    std::size_t taken = 0;
    std::size_t free_made = 0;
  };

  // A board, which has no threads, is spared all that is for several.
  [[nodiscard]] std::uint32_t way_count() const noexcept {
    return detail::has_thread_locals ? way_count_ : 1;
  }
  [[nodiscard]] std::span<const Way> ways() const noexcept {
    return {ways_, way_count()};
  }
  [[nodiscard]] List& list_for(const Slab& slab) noexcept;
  [[nodiscard]] static Slab* find_bare(const List& list) noexcept;
  [[nodiscard]] static Slab* find_made(const Way& way) noexcept;
  [[nodiscard]] static Slab* find_bare(const Way& way) noexcept;
  template <class Find>
  [[nodiscard]] Slab* find(std::uint32_t way, From from, Find find_in) noexcept;
  [[nodiscard]] Slab* adopt(Slab& slab, std::uint32_t way) noexcept;
  [[nodiscard]] std::uint32_t slots_at(const std::byte* memory,
                                       std::uint32_t way) const noexcept;
  void link(Slab& slab) noexcept;
  void unlink(List& list, Slab& slab) noexcept;
  void relink(List& from, Slab& slab) noexcept;
  [[nodiscard]] bool check(const List& list, Sum& sum) const noexcept;

  Shape shape_;
  std::uint32_t way_count_;
  Way* ways_;
  List full_;
  // Of slabs, which 32 bits can count.
  std::uint32_t count_ = 0;
  std::uint32_t unused_count_ = 0;
  std::uint32_t least_unused_ = 0;  // unused_count_ was not below since idle()
  std::uint32_t next_colour_ = 0;
  std::size_t slots_ = 0;
  std::size_t taken_ = 0;
  std::size_t free_made_ = 0;
};

/// With their ways.
template <std::uint32_t number_of_ways>
class SlabsOf : public Slabs {
 public:
  explicit SlabsOf(const Shape& shape) noexcept
      : Slabs(shape, own_ways_, number_of_ways) {}

 private:
  Way own_ways_[number_of_ways];
};

/// One for all and sixteen, which threads beyond so many share.
inline constexpr std::uint32_t many_ways = 17;

/// Of objects.
using ObjectSlabs = SlabsOf<detail::has_thread_locals ? many_ways : 1>;

/// Of what a pool needs itself, of which a thread goes through less.
inline constexpr std::uint32_t few_ways = 9;
using PartSlabs = SlabsOf<detail::has_thread_locals ? few_ways : 1>;

}  // namespace tarn::object
