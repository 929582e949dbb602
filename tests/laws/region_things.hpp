// region_things.hpp - what programs make in regions: each thing tells when it
// dies, so that the order can be held against the one that is due.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/pmr.hpp"

#include "laws/region_model.hpp"

#include <memory_resource>

namespace tarn::test {

/// Who is told, one at a time.
class Mourner {
 public:
  virtual void on_cleanup(Ticket& ticket) = 0;
  virtual void on_storage_end(Ticket& ticket, std::byte* p,
                              std::size_t size) = 0;

  static inline Mourner* at_work = nullptr;

 protected:
  ~Mourner() = default;
};

inline void tell(void* ticket) noexcept {
  Mourner::at_work->on_cleanup(*static_cast<Ticket*>(ticket));
}

/// For make(): one thing of an alignment that needs a gap.
struct alignas(64) Counted {
  explicit Counted(Ticket& its_ticket) : ticket(&its_ticket) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { tell(ticket); }

  Ticket* ticket;
};

/// For adopt(): owns a ticket as others own a file.
struct Tell {
  void operator()(Ticket* ticket) const noexcept { tell(ticket); }
};
using Owner = std::unique_ptr<Ticket, Tell>;

/// For make_array(): elements die last to first, and the last tells.
struct Element {
  Element() : ticket(at_work), number(at_work->elements++) {}
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;
  ~Element() {
    law(ticket->elements == number + 1, "3: elements die last to first");
    ticket->elements = number;
    if (number == 0)
      tell(ticket);
  }

  static inline Ticket* at_work = nullptr;  // of the array being made
  Ticket* ticket;
  std::size_t number;
};

/// For make() with an allocator: its bytes live in the region too.
struct Container {
  using allocator_type = std::pmr::polymorphic_allocator<>;

  Container(Ticket& its_ticket, allocator_type allocator)
      : ticket(&its_ticket), bytes(allocator) {}
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;
  ~Container() {
    Mourner::at_work->on_storage_end(*ticket, storage(), bytes.capacity());
    tell(ticket);
  }

  [[nodiscard]] std::byte* storage() {
    return reinterpret_cast<std::byte*>(bytes.data());
  }

  Ticket* ticket;
  std::pmr::vector<unsigned char> bytes;
};

}  // namespace tarn::test
