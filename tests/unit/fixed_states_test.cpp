// Every state that a small heap can get into, breadth first, up to a number:
// in each of them the laws hold for each call that is possible.
#include "tarn/fixed_heap.hpp"

#include <cstring>
#include <deque>
#include <doctest/doctest.h>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

constexpr std::size_t states_looked_at = 12000;
constexpr std::size_t sizes[] = {1, 20, 40, 72, 120};

struct Block {
  std::size_t at;
  std::size_t size;
};

template <class Fit>
class World {
 public:
  World() : heap_(memory_) { whole_ = heap_.largest_free(); }

  struct State {
    std::string bytes;  // the heap and its memory
    std::vector<Block> blocks;
  };

  State save(const std::vector<Block>& blocks) const {
    State state{std::string(sizeof heap_ + sizeof memory_, '\0'), blocks};
    std::memcpy(state.bytes.data(), &heap_, sizeof heap_);
    std::memcpy(state.bytes.data() + sizeof heap_, memory_, sizeof memory_);
    return state;
  }

  void load(const State& state) {
    std::memcpy(static_cast<void*>(&heap_), state.bytes.data(), sizeof heap_);
    std::memcpy(memory_, state.bytes.data() + sizeof heap_, sizeof memory_);
  }

  // What a state is known by: its memory, and what is where.
  static std::string key(const State& state) {
    std::string text = state.bytes.substr(sizeof(heap_));
    for (const Block& block : state.blocks)
      text += static_cast<char>(block.at / 8);
    return text;
  }

  std::byte* place(const Block& block) { return memory_ + block.at; }

  // Law 1: apart, aligned; the bytes of blocks are always zero.
  bool allocate(std::vector<Block>& blocks, std::size_t size) {
    const std::size_t largest = heap_.largest_free();
    const State before = save(blocks);
    void* const p = heap_.allocate(size);
    REQUIRE((p != nullptr) == (size <= largest));
    if (p == nullptr) {
      REQUIRE(std::memcmp(memory_, before.bytes.data() + sizeof heap_,
                          sizeof memory_) == 0);
      return false;
    }
    const Block block{tarn::detail::bytes_between(memory_, p),
                      heap_.size_of(p)};
    REQUIRE(block.at % 16 == 0);
    REQUIRE(block.size >= size);
    auto where = blocks.begin();
    while (where != blocks.end() && where->at < block.at)
      ++where;
    REQUIRE((where == blocks.end() || block.at + block.size <= where->at));
    REQUIRE(
        (where == blocks.begin() || where[-1].at + where[-1].size <= block.at));
    blocks.insert(where, block);
    std::memset(p, 0, block.size);
    REQUIRE(heap_.check());
    return true;
  }

  // What was freed is no block, and can be had again.
  void deallocate(std::vector<Block>& blocks, std::size_t index) {
    std::byte* const p = place(blocks[index]);
    REQUIRE(heap_.size_of(p + 8) == 0);
    heap_.deallocate(p);
    REQUIRE(heap_.size_of(p) == 0);
    REQUIRE(heap_.check());
    REQUIRE(heap_.largest_free() >= blocks[index].size);
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(index));
  }

  void free_all(std::vector<Block> blocks) {
    while (!blocks.empty())
      deallocate(blocks, blocks.size() / 2);
    REQUIRE(heap_.largest_free() == whole_);
    REQUIRE(heap_.stats().used == 0);
  }

 private:
  alignas(512) std::byte memory_[448]{};
  tarn::FixedHeap<Fit> heap_;
  std::size_t whole_ = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("the laws hold in every state of a small heap", Fit,
                   tarn::aligned_first_fit, tarn::half_fit, tarn::two_level) {
  static World<Fit> world;
  using State = typename World<Fit>::State;
  std::unordered_set<std::string> seen;
  std::deque<State> next;
  const auto meet = [&](const std::vector<Block>& blocks) {
    State state = world.save(blocks);
    if (seen.size() < states_looked_at &&
        seen.insert(World<Fit>::key(state)).second)
      next.push_back(std::move(state));
  };
  meet({});
  for (; !next.empty(); next.pop_front()) {
    const State state = next.front();
    for (const std::size_t size : sizes) {
      world.load(state);
      std::vector<Block> blocks = state.blocks;
      if (world.allocate(blocks, size))
        meet(blocks);
    }
    for (std::size_t i = 0; i < state.blocks.size(); ++i) {
      world.load(state);
      std::vector<Block> blocks = state.blocks;
      world.deallocate(blocks, i);
      meet(blocks);
    }
    world.load(state);
    world.free_all(state.blocks);
  }
  CHECK(seen.size() >= 10000);
}
