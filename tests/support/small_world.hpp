// small_world.hpp - every state that a small fixed heap can get into: it is put
// back into each state that it was in and asked all that can be asked there,
// and with each call the laws of docs/fixed-figures.md are looked at.
//
// Threads  confined; there is one at a time, which has the fault handler.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/fixed_heap.hpp"

#include "support/faults.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <doctest/doctest.h>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

namespace tarn::test {

/// What is asked of a small heap: any of these sizes, so long as what lives is
/// not more than that.
struct Requests {
  std::vector<std::size_t> sizes;
  std::size_t most_live = no_limit;
};

/// An assertion that costs nothing while it holds; there are millions.
inline void law(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    FAIL(std::string{what});
}

template <class Fit>
class SmallWorld {
 public:
  SmallWorld(std::size_t bytes, Requests requests)
      : requests_(std::move(requests)),
        bytes_(bytes),
        heap_(std::span{memory_}.first(bytes)) {
    const State fresh = save({});
    whole_ = heap_.largest_free();
    first_ = bytes;
    while (void* const p = heap_.allocate(1))
      first_ = std::min(first_, offset_of(p));
    load(fresh);
    end_ = first_ + heap_.stats().size;
  }

  /// How many states there are; all of them were looked at.
  std::size_t states() {
    std::unordered_set<std::string> seen;
    std::deque<State> next;
    const auto meet = [&](const Blocks& blocks) {
      if (seen.insert(key(blocks)).second)
        next.push_back(save(blocks));
    };
    const Faults faults;
    meet({});
    const std::string fresh = *seen.begin();
    for (; !next.empty(); next.pop_front()) {
      const State& state = next.front();
      for (const std::size_t size : requests_.sizes) {
        if (!can_ask(state.blocks, size))
          continue;
        Blocks blocks = load(state);
        if (allocate(blocks, size, state))
          meet(blocks);
      }
      for (std::size_t i = 0; i < state.blocks.size(); ++i) {
        Blocks blocks = load(state);
        look_on();
        deallocate(blocks, i);
        meet(blocks);
        // What lives is counted by requests; of those that grow it is not.
        if (requests_.most_live != no_limit)
          continue;
        for (const std::size_t size : requests_.sizes) {
          blocks = load(state);
          if (grow(blocks, i, size, state))
            meet(blocks);
        }
      }
      refuse_what_is_no_block(state);
      free_all(load(state));
      law(key({}) == fresh, "freeing all gives the first state");
    }
    return seen.size();
  }

  /// As many blocks of each size as have room in a fresh heap.
  void fill() {
    const State fresh = save({});
    for (const std::size_t size : requests_.sizes) {
      std::size_t count = 0;
      while (heap_.allocate(size) != nullptr)
        ++count;
      law(count > 0, "a fresh heap has room");
      const FixedHeapStats stats = heap_.stats();
      law(count == stats.size / (stats.used / count),
          "a fresh heap gives as many blocks as have room");
      load(fresh);
    }
  }

 private:
  struct Block {
    std::size_t at;
    std::size_t size;
    std::size_t asked;
  };
  using Blocks = std::vector<Block>;
  struct State {
    std::string heap;
    std::string memory;
    Blocks blocks;
  };
  // Bytes that are the heap's before each block.
  static constexpr std::size_t head = requires { typename Fit::Index; }
  ? detail::header : 0;

  [[nodiscard]] std::size_t offset_of(const void* p) const {
    return detail::bytes_between(memory_, p);
  }
  [[nodiscard]] bool can_ask(const Blocks& blocks, std::size_t size) const {
    std::size_t live = size;
    for (const Block& block : blocks)
      live += block.asked;
    return live <= requests_.most_live;
  }
  // Has check_step look at some places, so that where it goes on differs.
  void look_on() { law(heap_.check_step(++turn_ % 5), "check_step() holds"); }

  [[nodiscard]] State save(const Blocks& blocks) const {
    return {std::string(reinterpret_cast<const char*>(&heap_), sizeof heap_),
            std::string(reinterpret_cast<const char*>(memory_), bytes_),
            blocks};
  }
  Blocks load(const State& state) {
    std::memcpy(static_cast<void*>(&heap_), state.heap.data(), sizeof heap_);
    std::memcpy(memory_, state.memory.data(), bytes_);
    return state.blocks;
  }
  [[nodiscard]] bool is_memory_of(const State& state) const {
    return std::memcmp(memory_, state.memory.data(), bytes_) == 0;
  }

  // What a state is known by: where its blocks are, the links of its free
  // places, and for next fit where the next search begins. What else lies in
  // free places nobody reads.
  std::string key(const Blocks& blocks) {
    std::string text;
    std::size_t from = first_;
    for (const Block& block : blocks) {
      add_links(text, from, block.at);
      text += static_cast<char>(block.at / 8);
      text += static_cast<char>(block.size / 8);
      if (requests_.most_live != no_limit)
        text += static_cast<char>(block.asked / 8);
      from = block.at + block.size + head;
    }
    add_links(text, from, end_);
    if constexpr (std::is_same_v<Fit, next_fit>) {
      const State here = save(blocks);
      void* const p = heap_.allocate(1);
      text += static_cast<char>(p == nullptr ? 0 : offset_of(p) / 8);
      load(here);
    }
    return text;
  }

  // A fragment is one place; granules are as many as there are powers of two.
  void add_links(std::string& text, std::size_t from, std::size_t to) const {
    while (from < to) {
      text.append(reinterpret_cast<const char*>(memory_ + from), 8);
      if (head != 0)
        return;
      std::size_t size = 16;
      while ((from - first_) % (2 * size) == 0 && from + 2 * size <= to)
        size *= 2;
      from += size;
    }
  }

  bool allocate(Blocks& blocks, std::size_t size, const State& before) {
    const std::size_t largest = heap_.largest_free();
    void* const p = heap_.allocate(size);
    law((p != nullptr) == (size <= largest), "largest_free is granted");
    if (p == nullptr) {
      law(requests_.most_live == no_limit, "required_bytes is enough");
      law(is_memory_of(before), "a refusal leaves the memory");
      law(is_heap_of_but_counts(before), "a refusal changes counts alone");
      return false;
    }
    const Block block{offset_of(p), heap_.size_of(p), size};
    law(block.at % 16 == 0, "a block is aligned");
    law(block.size >= size, "a block has its size");
    law(block.at >= first_ && block.at + block.size + head <= end_,
        "a block is inside");
    const auto where =
        std::find_if(blocks.begin(), blocks.end(),
                     [&](const Block& other) { return other.at >= block.at; });
    law(where == blocks.end() || block.at + block.size <= where->at,
        "a block ends before the next one");
    law(where == blocks.begin() || where[-1].at + where[-1].size <= block.at,
        "a block begins behind the one before");
    blocks.insert(where, block);
    std::memset(p, 0, block.size);
    law(heap_.check(), "check() holds");
    return true;
  }

  // Where it lies, or not at all.
  bool grow(Blocks& blocks, std::size_t index, std::size_t size,
            const State& before) {
    Block& block = blocks[index];
    std::byte* const p = memory_ + block.at;
    if (size <= block.size)
      return false;
    if (!heap_.try_expand(p, size)) {
      law(is_memory_of(before), "what does not grow leaves the memory");
      law(std::memcmp(&heap_, before.heap.data(), sizeof heap_) == 0,
          "what does not grow changes nothing");
      return false;
    }
    block.size = heap_.size_of(p);
    block.asked = size;
    law(block.size >= size, "what grew has its size");
    law(block.at + block.size + head <=
            (index + 1 < blocks.size() ? blocks[index + 1].at : end_),
        "what grew ends before the next one");
    law(heap_.check(), "check() holds");
    return true;
  }

  // Two counts lie side by side.
  [[nodiscard]] bool is_heap_of_but_counts(const State& state) const {
    const auto* const now = reinterpret_cast<const char*>(&heap_);
    std::size_t first = 0;
    std::size_t last = sizeof heap_;
    while (first < last && now[first] == state.heap[first])
      ++first;
    while (last > first && now[last - 1] == state.heap[last - 1])
      --last;
    return last - first <= 2 * sizeof(std::uint32_t);
  }

  // What was freed is no block, and can be had again at its size.
  void deallocate(Blocks& blocks, std::size_t index) {
    const Block block = blocks[index];
    std::byte* const p = memory_ + block.at;
    heap_.deallocate(p);
    law(heap_.size_of(p) == 0, "what was freed is no block");
    law(heap_.check(), "check() holds");
    law(heap_.largest_free() >= block.asked, "it can be had again");
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void free_all(Blocks blocks) {
    while (!blocks.empty())
      deallocate(blocks, blocks.size() / 2);
    law(heap_.largest_free() == whole_, "all is one place again");
    law(heap_.stats().used == 0, "nothing is in use");
  }

  // No place where a block could begin is one but where one does. In each state
  // a fourth of them is given back, or one byte behind a block's begin: a fault
  // of the right kind, and nothing has changed.
  void refuse_what_is_no_block(const State& state) {
    load(state);
    ++turn_;
    auto block = state.blocks.begin();
    for (std::size_t at = first_; at < end_; at += 16) {
      while (block != state.blocks.end() && block->at + block->size <= at)
        ++block;
      const bool is_inside = block != state.blocks.end() && block->at <= at;
      std::byte* const wrong =
          memory_ + at + (is_inside && block->at == at ? 1 : 0);
      law(heap_.size_of(wrong) == 0, "it is no block");
      if ((at / 16 + turn_) % 4 != 0)
        continue;
      law(is_refused(wrong, is_inside ? Fault::wrong_pool : Fault::double_free),
          "it is refused, and inside is not free");
    }
    law(is_refused(&heap_, Fault::wrong_pool), "what is foreign is refused");
    law(is_memory_of(state), "a bad free leaves the memory");
    law(std::memcmp(&heap_, state.heap.data(), sizeof heap_) == 0,
        "a bad free changes nothing");
  }
  bool is_refused(void* p, Fault kind) {
    return is_told(kind, [&] { heap_.deallocate(p); });
  }

  Requests requests_;
  std::size_t bytes_;
  std::size_t turn_ = 0;
  alignas(512) std::byte memory_[1024]{};
  FixedHeap<Fit> heap_;
  std::size_t whole_ = 0;
  std::size_t first_ = 0;  // where blocks begin
  std::size_t end_ = 0;    // and where they end
};

}  // namespace tarn::test
