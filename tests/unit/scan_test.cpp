
// The shadow of a sanitizer is more than is gone through.
// ONLY plain
#include "check/scan.hpp"

#include <atomic>
#include <cstdint>
#include <doctest/doctest.h>
#include <memory>
#include <sys/mman.h>
#include <thread>

namespace {

using namespace tarn;

// Looked for by what it is, so that the search itself holds it nowhere.
struct Search {
  std::uintptr_t hidden;  // the wanted word, inverted
  unsigned found = 0;
};

// Redzones of a sanitizer are read as well.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] void look(
    void* context, os::Stretch stretch) noexcept {
  auto& search = *static_cast<Search*>(context);
  for (const std::byte* p = stretch.begin; p + sizeof(void*) <= stretch.end;
       p += sizeof(void*)) {
    std::uintptr_t word;
    __builtin_memcpy(&word, p, sizeof word);
    search.found += ~word == search.hidden;
  }
}

constexpr std::uintptr_t base_word = 0x5bad'1dea'0000'0000;

std::uintptr_t hidden_word(std::uintptr_t n) {
  return ~(base_word + n);
}

unsigned in_roots(std::uintptr_t n) {
  Search search{hidden_word(n)};
  check::scan_roots(look, &search);
  return search.found;
}

unsigned in_everything(std::uintptr_t n) {
  Search search{hidden_word(n)};
  CHECK(check::with_registers([&search](const std::byte* frame) noexcept {
    return check::scan_everything(frame, look, &search);
  }));
  return search.found;
}

// Where it is not an argument, of which the stack or a register kept a copy.
[[gnu::noinline]] void hide_in(std::uintptr_t* at, std::uintptr_t n) {
  *at = hidden_word(n);
  *at = ~*at;
}

volatile std::uintptr_t global;
thread_local volatile std::uintptr_t of_this_thread;

}  // namespace

TEST_CASE("what a global, a thread-local or the stack holds is found") {
  global = ~hidden_word(1);
  of_this_thread = ~hidden_word(2);
  volatile std::uintptr_t local = ~hidden_word(3);
  CHECK(in_roots(1) == 1);
  CHECK(in_roots(2) == 1);
  CHECK(in_roots(3) >= 1);
  CHECK(in_everything(1) >= 1);
  CHECK(in_everything(2) >= 1);
  CHECK(in_everything(3) >= 1);
  global = 0;
  of_this_thread = 0;
  local = local + 1;
  CHECK(in_roots(1) == 0);
  CHECK(in_roots(2) == 0);
  CHECK(in_everything(1) == 0);
  CHECK(in_everything(2) == 0);
}

TEST_CASE("what another allocator's block holds is found in everything") {
  const auto block = std::make_unique<std::uintptr_t>();
  hide_in(block.get(), 4);
  CHECK(in_roots(4) == 0);
  CHECK(in_everything(4) == 1);
}

TEST_CASE("what another thread's stack holds is found in everything") {
  std::atomic<bool> is_there{false};
  std::atomic<bool> is_seen{false};
  std::thread other([&] {
    volatile std::uintptr_t local = ~hidden_word(5);
    is_there = true;
    while (!is_seen)
      std::this_thread::yield();
    local = local + 1;
  });
  while (!is_there)
    std::this_thread::yield();
  CHECK_FALSE(os::is_only_thread());
  CHECK(in_everything(5) >= 1);
  is_seen = true;
  other.join();
}

TEST_CASE("a table that is left out is not scanned until it is put back") {
  constexpr std::size_t size = 4096;
  static volatile std::uintptr_t table[size];
  table[size / 2] = ~hidden_word(6);
  CHECK(in_roots(6) == 1);
  REQUIRE(check::leave_out_for_now(const_cast<std::uintptr_t*>(table),
                                   sizeof table));
  CHECK(in_roots(6) == 0);
  CHECK(in_everything(6) == 0);
  check::put_back(const_cast<std::uintptr_t*>(table));
  CHECK(in_roots(6) == 1);
}

TEST_CASE("pages never touched stay away, and guarded ones are not read") {
  constexpr std::size_t size = std::size_t{1} << 30;
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto* const words = static_cast<std::uintptr_t*>(memory);
  words[size / 2 / sizeof *words] = ~hidden_word(7);
  constexpr int guard_install = 102;
  static_cast<void>(
      madvise(static_cast<char*>(memory) + 4096, 4096, guard_install));
  CHECK(in_everything(7) == 1);
  munmap(memory, size);
}
