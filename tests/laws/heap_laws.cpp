// Any program of allocating, giving back and reallocating, on whatever thread,
// keeps the laws of the heap. The same program runs here from a seed and under
// the fuzzer from its bytes.
//
//   law 1  a block overlaps with nothing else that is in use
//   law 2  it keeps its bytes
//   law 3  it has the size and the alignment that were asked for
//   law 4  what is zeroed is zero
//   law 5  when all is back, upkeep brings what is held back to little
//   law 6  a budget is never exceeded, and free when its heap ends
#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace tarn;

struct Step {
  std::uint8_t kind;
  std::uint16_t amount;
};

struct Block {
  std::size_t size;
  unsigned char mark;
  Heap* heap;
};

[[noreturn]] void broken(const char* law) {
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

class Program {
 public:
  ~Program() {
    // Of heaps of one's own a part ends with them.
    while (!blocks_.empty())
      if (blocks_.begin()->second.heap == &own_ && blocks_.size() % 2 == 0)
        blocks_.erase(blocks_.begin());
      else
        give_back(0);
  }

  [[nodiscard]] static std::size_t still_held() { return budget_.held(); }

  void take(Step step) {
    turn_to(step.kind >> 6);
    switch (step.kind % 10) {
      case 0:
      case 1:
      case 2:
        add(heap_->allocate(size_of(step)), size_of(step), max_align);
        break;
      case 3: {
        const std::size_t align = std::size_t{1} << (step.kind >> 3) % 18;
        add(heap_->allocate(size_of(step), align), size_of(step), align);
        break;
      }
      case 4:
        add_zeroed(size_of(step));
        break;
      case 5:
        reallocate(step);
        break;
      case 6:
        give_back(step.amount);
        break;
      case 7:
        give_some_back_elsewhere(step.amount);
        break;
      case 8:
        add_many(step);
        break;
      default:
        give_many_back(step.amount);
    }
    if (budget_.held() > budget_.limit())
      broken("law 6: the budget");
  }

 private:
  void turn_to(unsigned which) {
    Heap* const heaps[] = {&default_heap(), &own_, &within_, &default_heap()};
    heap_ = heaps[which];
  }

  // Mostly small, now and then large.
  static std::size_t size_of(Step step) {
    return step.kind < 200 ? step.amount % 600 : std::size_t{step.amount} * 3;
  }

  auto at(std::size_t i) {
    auto found = blocks_.begin();
    std::advance(found, static_cast<long>(i % blocks_.size()));
    return found;
  }

  void add(void* p, std::size_t size, std::size_t align) {
    if (p == nullptr)
      return;
    auto* const bytes = static_cast<unsigned char*>(p);
    if (reinterpret_cast<std::uintptr_t>(p) % align != 0 ||
        heap_->usable_size(p) < size)
      broken("law 3: size and alignment");
    const std::size_t all = heap_->usable_size(p);
    const auto behind = blocks_.lower_bound(bytes);
    if (behind != blocks_.end() && bytes + all > behind->first)
      broken("law 1: it overlaps with the one behind");
    if (behind != blocks_.begin()) {
      const auto before = std::prev(behind);
      if (before->first + before->second.size > bytes)
        broken("law 1: it overlaps with the one before");
    }
    const Block block{all, ++mark_, heap_};
    std::memset(bytes, block.mark, all);
    blocks_.emplace(bytes, block);
  }

  void add_zeroed(std::size_t size) {
    auto* const bytes =
        static_cast<unsigned char*>(heap_->allocate_zeroed(size));
    for (std::size_t i = 0; bytes != nullptr && i < size; ++i)
      if (bytes[i] != 0)
        broken("law 4: zero");
    add(bytes, size, max_align);
  }

  static void check(const unsigned char* bytes, std::size_t size,
                    unsigned char mark) {
    for (std::size_t i = 0; i < size; ++i)
      if (bytes[i] != mark)
        broken("law 2: it keeps its bytes");
  }

  void reallocate(Step step) {
    if (blocks_.empty())
      return;
    const auto [bytes, block] = *at(step.kind * 7u);
    blocks_.erase(bytes);
    const std::size_t size = size_of(step);
    heap_ = block.heap;
    void* const moved = heap_->reallocate(bytes, size);
    if (moved == nullptr) {
      blocks_.emplace(bytes, block);
      return;
    }
    check(static_cast<const unsigned char*>(moved),
          size < block.size ? size : block.size, block.mark);
    add(moved, size, max_align);
  }

  void give_back(std::size_t i) {
    if (blocks_.empty())
      return;
    const auto found = at(i);
    check(found->first, found->second.size, found->second.mark);
    found->second.heap->deallocate(found->first);
    blocks_.erase(found);
  }

  void give_some_back_elsewhere(std::size_t i) {
    std::thread{[this, i] {
      for (int n = 0; n < 20; ++n)
        give_back(i + static_cast<std::size_t>(n) * 3);
    }}.join();
  }

  void add_many(Step step) {
    void* blocks[40];
    const std::size_t n = step.amount % 40;
    const std::size_t size = size_of(step) / 4;
    const std::size_t came = heap_->allocate_many(size, n, blocks);
    for (std::size_t i = 0; i < came; ++i)
      add(blocks[i], size, max_align);
  }

  void give_many_back(std::size_t i) {
    std::vector<void*> blocks;
    for (std::size_t n = 0; n < 30 && !blocks_.empty(); ++n) {
      const auto found = at(i + n * 5);
      if (found->second.heap != heap_)
        continue;
      check(found->first, found->second.size, found->second.mark);
      blocks.push_back(found->first);
      blocks_.erase(found);
    }
    heap_->deallocate_many(blocks.data(), blocks.size());
  }

  static inline Budget budget_{"laws", 3 * MiB};
  Heap own_{{.name = "own"}};
  Heap within_{budget_, {.name = "within"}};
  Heap* heap_ = &default_heap();
  std::map<unsigned char*, Block> blocks_;
  unsigned char mark_ = 0;
};

void run(const std::uint8_t* data, std::size_t size) {
  {
    Program program;
    for (; size >= 3; data += 3, size -= 3)
      program.take(
          {data[0], static_cast<std::uint16_t>(data[1] | data[2] << 8)});
  }
  if (Program::still_held() != 0)
    broken("law 6: the budget is free when its heap ends");
  while (maintain(10'000'000)) {
  }
}

}  // namespace

#ifdef TARN_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  run(data, size);
  return 0;
}

#else
int main(int count, char** values) {
  std::mt19937 random{count > 1 ? static_cast<unsigned>(std::atoi(values[1]))
                                : 1u};
  for (int program = 0; program < 10; ++program) {
    std::vector<std::uint8_t> bytes(3 * 1500);
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(random());
    run(bytes.data(), bytes.size());
  }
  // Nothing is in use: what remains are caches, and a slab for each class.
  for (int i = 0; i < 40; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    maintain(10'000'000);
  }
  constexpr std::size_t little = 16 * MiB;
  if (space_stats().held > little)
    broken("law 5: what is held comes back");
}
#endif
