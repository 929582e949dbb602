// region_model.hpp - what is known of regions without asking them.
//
// A Twin stands beside each region and is told of every call and its result.
// From the addresses that came back, and from the chunks that the upstream
// lent meanwhile, it works out where the region's next block must lie and how
// much is used; it shares no code with the region but the sizes of records.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include "laws/law.hpp"
#include "region/records.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tarn::test {

struct Twin;
struct Container;

struct Chunk {
  std::byte* memory;
  std::size_t size;
  std::byte* filled;   // where its blocks end
  std::byte* touched;  // where they ended at most since its last wiping

  [[nodiscard]] std::byte* begin() const {
    return memory + sizeof(detail::RegionChunk);
  }
  [[nodiscard]] std::byte* end() const { return memory + size; }
  [[nodiscard]] std::size_t room() const {
    return detail::bytes_between(filled, end());
  }
  void fill_until(std::byte* until) {
    filled = until;
    touched = std::max(touched, until);
  }
};

inline Chunk chunk_of(Loan loan) {
  std::byte* const begin = loan.memory + sizeof(detail::RegionChunk);
  return {loan.memory, loan.size, begin, begin};
}

struct Large {
  Loan loan;
  std::byte* block;
  std::uint64_t birth;

  [[nodiscard]] std::byte* end() const { return loan.memory + loan.size; }
};

// Bytes that somebody uses: a user's block, or a record of the region.
struct Block {
  Twin* twin;
  std::size_t size;
  std::size_t align;
  unsigned char mark;
  bool is_record;
  std::uint64_t birth;
};

// All blocks of all regions by address; those of size 0 are not here.
using Blocks = std::map<std::byte*, Block>;

// A cleanup that is to run once, in its turn.
struct Ticket {
  Twin* twin;
  bool registers_more;
  std::size_t elements = 0;  // still to be destroyed, for an array
  std::uint64_t birth = 0;
  Container* container = nullptr;  // what the cleanup destroys, if it is one
};

struct MarkTwin {
  Mark mark;
  std::uint64_t birth;
  std::size_t chunks;
  std::size_t cleanups;
  std::byte* current;  // the chunk's memory
  std::byte* next;
};

struct Twin {
  Region* region = nullptr;  // null: detached
  std::unique_ptr<Region> own;
  std::optional<DetachedRegion> handle;
  Twin* parent = nullptr;
  Upstream* upstream = nullptr;  // null: the system lane
  std::string name;
  bool is_made = false;
  bool is_ending = false;
  bool is_resetting = false;
  bool is_wiping = false;
  bool tells_exhaustion = false;
  bool ran_out = false;
  std::size_t retain = 0;
  std::size_t large_size = 0;
  std::size_t first_chunk = 0;
  std::uint64_t birth = 0;

  std::vector<Chunk> chunks;  // oldest first, as all lists here
  std::vector<Chunk> spares;
  std::vector<Large> larges;
  std::vector<std::shared_ptr<Ticket>> cleanups;
  std::vector<Twin*> children;
  std::vector<MarkTwin> marks;
  std::map<std::byte*, std::size_t>
      given_up;  // since the newest mark or rewind
  std::byte* current_memory = nullptr;
  std::byte* resource_memory = nullptr;  // the chunk that has the resource

  [[nodiscard]] Chunk* current() {
    for (Chunk& chunk : chunks)
      if (chunk.memory == current_memory)
        return &chunk;
    return nullptr;
  }

  // Where the next block of this kind lies if the chunk being filled has room.
  [[nodiscard]] std::byte* next_block(std::size_t size, std::size_t align) {
    const Chunk* const chunk = current();
    if (chunk == nullptr)
      return nullptr;
    const std::size_t gap = -detail::address_of(chunk->filled) & (align - 1);
    if (gap > chunk->room() || size > chunk->room() - gap)
      return nullptr;
    return chunk->filled + gap;
  }

  [[nodiscard]] std::size_t held() const {
    std::size_t sum = 0;
    for (const Chunk& chunk : chunks)
      sum += chunk.size;
    for (const Chunk& chunk : spares)
      sum += chunk.size;
    for (const Large& large : larges)
      sum += large.loan.size;
    return sum;
  }

  [[nodiscard]] std::size_t used() const {
    std::size_t sum = 0;
    for (const Chunk& chunk : chunks)
      sum += detail::bytes_between(chunk.begin(), chunk.filled);
    for (const Large& large : larges)
      sum += detail::bytes_between(large.block, large.end());
    return sum;
  }

  // A chunk comes into use with a block that ends at `next`; of it and the one
  // being filled the one with more room is filled on.
  void enter_chunk(Chunk chunk, std::byte* next) {
    chunk.fill_until(next);
    const Chunk* const before = current();
    const bool stays = before != nullptr && before->room() > chunk.room();
    if (!stays)
      current_memory = chunk.memory;
    chunks.push_back(chunk);
  }

  // Whether a block that does not fit has memory of its own. What an empty
  // region's first chunk has room for begins that chunk.
  [[nodiscard]] bool is_large(std::size_t size) {
    const bool begins_chunk = current() == nullptr &&
                              size <= first_chunk - sizeof(detail::RegionChunk);
    return size > large_size && !begins_chunk;
  }

  [[nodiscard]] Large* large_at(const std::byte* p) {
    for (Large& large : larges)
      if (large.block == p)
        return &large;
    return nullptr;
  }

  [[nodiscard]] bool is_since_mark(std::uint64_t when) const {
    return marks.empty() || when > marks.back().birth;
  }

  [[nodiscard]] bool is_newest(std::byte* p, std::size_t size) {
    const Chunk* const chunk = current();
    return chunk != nullptr && p >= chunk->begin() && p + size == chunk->filled;
  }

  // Whether a block of `size` bytes at `p` lies in a place that was given up.
  // The place is then used up.
  bool take_given_up(std::byte* p, std::size_t size) {
    const auto place = given_up.find(p);
    if (place == given_up.end() || place->second < size)
      return false;
    given_up.erase(place);
    return true;
  }

  // What deallocate() does to a block. A large one comes back to its upstream,
  // which sees to that.
  void give_up(std::byte* p, std::size_t size, std::uint64_t when) {
    if (!is_since_mark(when))
      return;
    if (is_newest(p, size)) {
      current()->filled = p;
      return;
    }
    if (size > large_size && large_at(p) != nullptr)
      return;
    std::byte* const first = detail::align_up(p, max_align);
    const std::size_t lost = detail::bytes_between(p, first);
    if (size >= lost + detail::RecycledBlocks::smallest)
      given_up[first] = size - lost;
  }

  // Takes a chunk out of whichever list it is on.
  void lose_chunk(const std::byte* memory) {
    const auto is_it = [memory](const Chunk& chunk) {
      return chunk.memory == memory;
    };
    std::erase_if(chunks, is_it);
    std::erase_if(spares, is_it);
  }

  [[nodiscard]] bool is_under(const Twin* other) const {
    const Twin* twin = this;
    while (twin != nullptr && twin != other)
      twin = twin->parent;
    return twin != nullptr;
  }

  // Whether what lives here may end by somebody else's call: then no child of
  // a slot may hang below.
  [[nodiscard]] bool ends_with_another() const {
    const Twin* twin = this;
    while (twin != nullptr && !twin->is_made && twin->region != nullptr)
      twin = twin->parent;
    return twin != nullptr;
  }

  [[nodiscard]] bool has_slot_child() const {
    return std::any_of(children.begin(), children.end(),
                       [](const Twin* child) { return !child->is_made; });
  }
};

inline bool is_all(const std::byte* from, std::size_t size,
                   unsigned char value) {
  return size == 0 || (*from == std::byte{value} &&
                       std::memcmp(from, from + 1, size - 1) == 0);
}

inline void law_is_wiped(const std::byte* from, const std::byte* to) {
  law(is_all(from, detail::bytes_between(from, to), 0),
      "7: what a wiping region gave out is zero after it");
}

}  // namespace tarn::test
