// direction.cpp - should a region's pointer move up or down?
//
//     bench_direction --list
//     bench_direction [--work text]
//     bench_direction --way up --work text --passes 100
//
// Regions that differ in nothing else, over one buffer that is begun anew for
// each pass: up; down; and up with every size rounded, so that the pointer is
// aligned before it is asked. Without --passes it prints CSV: nanoseconds and
// bytes taken for a block, the ways taking turns; with it, it runs so many
// passes inside tarn_bench_measured(), for a tool that counts instructions
// there.
// SPDX-License-Identifier: MIT
#include "tarn/detail/bits.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/crew.hpp"
#include "support/median.hpp"

#include <cstdio>
#include <cstring>
#include <vector>

using namespace tarn;
using namespace tarn::bench;

namespace {

constexpr std::size_t blocks_in_pass = 1000;
constexpr std::size_t buffer_size = 4 * MiB;  // a pass of any work fits

// Out of line, as the way to the next chunk is.
[[gnu::noinline]] void* run_out() {
  stop("the buffer is too small for a pass");
}

class Up {
 public:
  explicit Up(std::byte* buffer) : next_(buffer), end_(buffer + buffer_size) {}

  void* allocate(std::size_t size, std::size_t align) {
    std::byte* const block = detail::align_up(next_, align);
    std::uintptr_t last = 0;
    if (__builtin_add_overflow(detail::address_of(block), size, &last) ||
        last > detail::address_of(end_)) [[unlikely]]
      return run_out();
    next_ = block + size;
    return block;
  }

  /// The newest block stays where it is.
  void* grow(void* p, std::size_t size, std::size_t wanted) {
    auto* const block = static_cast<std::byte*>(p);
    if (block + size == next_ && wanted <= detail::bytes_between(block, end_))
        [[likely]] {
      next_ = block + wanted;
      return p;
    }
    return run_out();
  }

  std::size_t used(const std::byte* buffer) const {
    return detail::bytes_between(buffer, next_);
  }

 private:
  std::byte* next_;
  std::byte* end_;
};

class Rounded {
 public:
  explicit Rounded(std::byte* buffer)
      : next_(buffer), end_(buffer + buffer_size) {}

  // No alignment beyond max_align is asked for here.
  void* allocate(std::size_t size, std::size_t) {
    if (size > detail::bytes_between(next_, end_)) [[unlikely]]
      return run_out();
    std::byte* const block = next_;
    next_ += detail::round_up(size, max_align);
    return block;
  }

  void* grow(void* p, std::size_t size, std::size_t wanted) {
    auto* const block = static_cast<std::byte*>(p);
    if (block + detail::round_up(size, max_align) == next_ &&
        wanted <= detail::bytes_between(block, end_)) [[likely]] {
      next_ = block + detail::round_up(wanted, max_align);
      return p;
    }
    return run_out();
  }

  std::size_t used(const std::byte* buffer) const {
    return detail::bytes_between(buffer, next_);
  }

 private:
  std::byte* next_;
  std::byte* end_;
};

class Down {
 public:
  explicit Down(std::byte* buffer)
      : next_(buffer + buffer_size), begin_(buffer) {}

  void* allocate(std::size_t size, std::size_t align) {
    std::uintptr_t block = 0;
    if (__builtin_sub_overflow(detail::address_of(next_), size, &block))
        [[unlikely]]
      return run_out();
    block &= ~(align - 1);
    if (block < detail::address_of(begin_)) [[unlikely]]
      return run_out();
    next_ = reinterpret_cast<std::byte*>(block);
    return next_;
  }

  /// The newest block's bytes move down; no second copy of them stays.
  void* grow(void* p, std::size_t size, std::size_t wanted) {
    const std::size_t more = wanted - size;
    if (p == next_ && more <= detail::bytes_between(begin_, next_)) [[likely]] {
      next_ -= more;
      std::memmove(next_, p, size);
      return next_;
    }
    return run_out();
  }

  std::size_t used(const std::byte* buffer) const {
    return buffer_size - detail::bytes_between(buffer, next_);
  }

 private:
  std::byte* next_;
  std::byte* begin_;
};

struct Node {
  Node* next;
  std::uint64_t key;
  std::uint64_t value;
};

const std::vector<std::uint32_t>& text_sizes() {
  static const std::vector<std::uint32_t> sizes = [] {
    Random random{7};
    std::vector<std::uint32_t> drawn(blocks_in_pass);
    for (std::uint32_t& size : drawn)
      size = random.between(1, 40);
    return drawn;
  }();
  return sizes;
}

// One field read or written through the compiler's eyes keeps a block alive.
void keep(void* block) {
  asm volatile("" : : "r"(block) : "memory");
}

template <class Way>
[[gnu::noinline]] void make_nodes(Way& region) {
  Node* head = nullptr;
  for (std::size_t i = 0; i < blocks_in_pass; ++i) {
    void* const place = region.allocate(sizeof(Node), alignof(Node));
    head = ::new (place) Node{head, i, i};
  }
  keep(head);
}

template <class Way>
[[gnu::noinline]] void make_request(Way& region) {
  const std::vector<std::uint32_t>& sizes = request_sizes();
  for (std::size_t i = 0; i < blocks_in_pass; ++i) {
    void* const block = region.allocate(sizes[i], max_align);
    write_block(block, sizes[i], false);
  }
}

template <class Way>
[[gnu::noinline]] void make_text(Way& region) {
  const std::vector<std::uint32_t>& sizes = text_sizes();
  for (std::size_t i = 0; i < blocks_in_pass; ++i) {
    auto* const text = static_cast<char*>(region.allocate(sizes[i], 1));
    text[0] = 'x';
    keep(text);
  }
}

// A text of unknown length: room for 16, doubled five times as it is written.
template <class Way>
[[gnu::noinline]] void grow_text(Way& region) {
  constexpr std::size_t first = 16;
  constexpr std::size_t last = 512;
  for (std::size_t i = 0; i < blocks_in_pass; ++i) {
    void* text = region.allocate(first, 1);
    for (std::size_t size = first; size < last; size *= 2)
      text = region.grow(text, size, 2 * size);
    keep(text);
  }
}

std::byte* buffer() {
  static std::vector<std::byte> bytes(buffer_size + max_align);
  return detail::align_up(bytes.data(), max_align);
}

// Bytes that the blocks took.
template <class Way, void (*work)(Way&)>
std::size_t pass() {
  Way region{buffer()};
  work(region);
  return region.used(buffer());
}

struct Run {
  const char* way;
  const char* work;
  std::size_t (*pass)();
};
constexpr Run runs[] = {
    {"up", "nodes", pass<Up, make_nodes<Up>>},
    {"down", "nodes", pass<Down, make_nodes<Down>>},
    {"rounded", "nodes", pass<Rounded, make_nodes<Rounded>>},
    {"up", "request", pass<Up, make_request<Up>>},
    {"down", "request", pass<Down, make_request<Down>>},
    {"rounded", "request", pass<Rounded, make_request<Rounded>>},
    {"up", "text", pass<Up, make_text<Up>>},
    {"down", "text", pass<Down, make_text<Down>>},
    {"rounded", "text", pass<Rounded, make_text<Rounded>>},
    {"up", "growth", pass<Up, grow_text<Up>>},
    {"down", "growth", pass<Down, grow_text<Down>>},
    {"rounded", "growth", pass<Rounded, grow_text<Rounded>>}};

}  // namespace

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(const Run& run,
                                                      std::size_t passes) {
  for (std::size_t i = 0; i < passes; ++i)
    run.pass();
}

namespace {

double ns_per_block(const Run& run) {
  constexpr std::size_t passes = 200;
  const std::uint64_t began = work_ns();
  tarn_bench_measured(run, passes);
  return static_cast<double>(work_ns() - began) / (passes * blocks_in_pass);
}

void time_all(const std::string& work) {
  constexpr std::size_t rounds = 31;
  std::vector<double> times[std::size(runs)];
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < std::size(runs); ++i)
      if (work.empty() || work == runs[i].work)
        times[i].push_back(ns_per_block(runs[i]));
  std::printf("way,work,ns_per_block,bytes_per_block\n");
  for (std::size_t i = 0; i < std::size(runs); ++i)
    if (!times[i].empty())
      std::printf("%s,%s,%.3f,%.1f\n", runs[i].way, runs[i].work,
                  median(times[i]),
                  static_cast<double>(runs[i].pass()) / blocks_in_pass);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string work = arguments.text("--work", "");
  const std::string way = arguments.text("--way", "up");
  const std::size_t passes = arguments.number("--passes", 0);
  if (arguments.has("--list")) {
    for (const Run& run : runs)
      std::printf("%s,%s\n", run.way, run.work);
    return 0;
  }
  if (passes == 0) {
    time_all(work);
    return 0;
  }
  for (const Run& run : runs)
    if (way == run.way && work == run.work) {
      run.pass();
      tarn_bench_measured(run, passes);
      return 0;
    }
  stop("no such --way and --work here; --list names them");
}
