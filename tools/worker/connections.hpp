// connections.hpp - the connections of a server without the server: each is
// opened, used a few times and closed.
//
// A connection has what a server's has: a buffer to read into, the state of a
// parser, and containers that have grown to what they need. Which of 128 places
// comes next, and whether what is there is used or closed, is drawn: lifetimes
// are those of a Poisson process, eight uses in the mean.
//
// Cost     that of the memory, and some hundred bytes written for each use.
// Threads  each thread has connections of its own.
// Failure  throws std::bad_alloc, or std::runtime_error when memory is out.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/allocator.hpp"
#include "tarn/object_pool.hpp"

#include "worker/histogram.hpp"
#include "worker/ticks.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace tarn::compare {

template <template <class> class Allocator>
class Connection {
 public:
  Connection() {
    path_.reserve(most_path);
    fields_.reserve(most_fields);
    out_.reserve(most_out);
  }

  /// Begins anew with what it has.
  void renew() {
    read_ = 0;
    state_ = 0;
    path_.clear();
    fields_.clear();
    out_.clear();
  }

  /// A request comes, is parsed and answered.
  void use(std::uint64_t drawn) {
    const std::size_t size = 64 + drawn % 512;
    std::memset(in_, static_cast<int>(drawn & 0x7F), size);
    read_ = size;
    path_.assign(reinterpret_cast<const char*>(in_), 16 + drawn % 64);
    fields_.clear();
    for (std::size_t i = 0; i < 8; ++i)
      fields_.push_back({static_cast<std::uint32_t>(i * 40), 12, 24});
    out_.assign(reinterpret_cast<const char*>(in_), size / 2);
    state_ += fields_.back().at + in_[size - 1];
  }

  [[nodiscard]] std::uint64_t state() const noexcept { return state_; }

 private:
  struct Field {
    std::uint32_t at;
    std::uint16_t name;
    std::uint16_t value;
  };
  static constexpr std::size_t most_path = 256;
  static constexpr std::size_t most_fields = 32;
  static constexpr std::size_t most_out = 2048;
  static constexpr std::size_t most_in = 4096;

  std::size_t read_ = 0;
  std::uint64_t state_ = 0;
  // Strings of any allocator are copied as bytes; vectors of bytes are not.
  using Text = std::basic_string<char, std::char_traits<char>, Allocator<char>>;
  Text path_;
  std::vector<Field, Allocator<Field>> fields_;
  Text out_;
  std::uint8_t in_[most_in];  // never cleared
};

// Ways to have connections: open() and close().

struct NewWay {
  using Made = Connection<std::allocator>;
  [[nodiscard]] Made* open() { return new Made; }
  void close(Made* made) { delete made; }
};

/// The object and what it contains.
struct HeapWay {
  using Made = Connection<HeapAllocator>;
  [[nodiscard]] Made* open() { return ::new (heap.allocate(1)) Made; }
  void close(Made* made) {
    made->~Made();
    heap.deallocate(made, 1);
  }
  HeapAllocator<Made> heap;
};

template <template <class> class Life>
struct PoolWay {
  using Made = Connection<std::allocator>;
  [[nodiscard]] Made* open() {
    Made* const made = pool.acquire_raw();
    if (made == nullptr)
      throw std::runtime_error("there is no memory left on this machine");
    return made;
  }
  void close(Made* made) { pool.release(made); }
  ObjectPool<Made, Life<Made>> pool{{.name = "connection"}};
};
using AnewWay = PoolWay<MakeAnew>;
using KeptWay = PoolWay<KeepConstructed>;

/// So many steps, each of which opens, uses or closes one connection; then all
/// are closed. Where `times` is given, what opening and closing one took goes
/// there.
template <class Way>
std::uint64_t connect(Way& way, std::size_t steps, std::uint64_t seed,
                      Histogram* times) {
  constexpr std::size_t places = 128;
  constexpr std::uint64_t uses = 8;
  struct Place {
    typename Way::Made* made;
    std::uint64_t opening;
  } open[places] = {};
  std::uint64_t sum = 0;
  const auto close = [&](Place& place) {
    sum += place.made->state();
    const std::uint64_t began = times != nullptr ? ticks_alone() : 0;
    way.close(place.made);
    if (times != nullptr)
      times->add(place.opening + ticks_alone() - began);
    place.made = nullptr;
  };
  while (steps-- != 0) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const std::uint64_t drawn = seed >> 24;
    Place& place = open[drawn % places];
    if (place.made == nullptr) {
      const std::uint64_t began = times != nullptr ? ticks_alone() : 0;
      place.made = way.open();
      if (times != nullptr)
        place.opening = ticks_alone() - began;
    } else if (drawn / places % (uses + 1) == 0) {
      close(place);
    } else {
      place.made->use(drawn / places);
    }
  }
  for (Place& place : open)
    if (place.made != nullptr)
      close(place);
  return sum;
}

}  // namespace tarn::compare
