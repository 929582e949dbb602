// ALONE

// The shadow of a sanitizer is more than is gone through.
// ONLY plain
#include "check/leaks.hpp"

#include "tarn/checks.hpp"

#include "check/live_blocks.hpp"
#include "check/pools.hpp"
#include "check/reach.hpp"
#include "check/scan.hpp"
#include "port/world.hpp"

#include <cstdint>
#include <cstring>
#include <doctest/doctest.h>
#include <sys/mman.h>

namespace {

using namespace tarn;

// Blocks of a pool that nobody scans by itself: memory that is left out, a
// hundred bytes each. Their addresses are kept nowhere.
constexpr std::size_t width = 256;
constexpr std::size_t size = 100;
constexpr unsigned most = 16;
constexpr std::size_t bytes = most * width;

// What hides an address from the scan.
constexpr std::uintptr_t veil = 0x5555'5555'5555'5555;

std::uintptr_t hidden_memory = veil;
bool is_live[most] = {};
bool is_part_of_pool = false;
check::PoolNumber pool = 0;
check::Record records[most] = {};

[[gnu::noinline]] std::byte* block(unsigned i) {
  return reinterpret_cast<std::byte*>(hidden_memory ^ veil) + i * width;
}

void tell(check::LookAtBlock look, void* context) noexcept {
  for (unsigned i = 0; i < most; ++i)
    if (is_live[i])
      look(context, {block(i), size, pool, &records[i], is_part_of_pool});
}

[[gnu::noinline]] void begin() {
  if (hidden_memory == veil) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    hidden_memory = reinterpret_cast<std::uintptr_t>(memory) ^ veil;
    REQUIRE(check::leave_out(memory, bytes));
    REQUIRE(check::add_source_of_blocks(tell));
    pool = check::enter_pool(PoolKind::region,
                             port::register_pool(PoolKind::region, "request"));
  }
  std::memset(block(0), 0, bytes);
  std::memset(is_live, 0, sizeof is_live);
  is_part_of_pool = false;
}

// What was called before may have left addresses below.
[[gnu::noinline]] void clear_stack() {
  volatile char room[16 * 1024];
  for (volatile char& c : room)
    c = 0;
}

[[gnu::noinline]] void link(unsigned from, unsigned to, std::size_t inside) {
  std::byte* const target = block(to) + inside;
  std::memcpy(block(from), &target, sizeof target);
}

// Its caller has no address of the block in a register of its own.
[[gnu::noinline]] void* volatile* hold(unsigned number) {
  return new void* volatile {block(number)};
}

unsigned forgotten() {
  clear_stack();
  return check::with_registers([](const std::byte* frame) noexcept {
    check::Reach reach;
    CHECK(reach.collect());
    CHECK(reach.mark(frame));
    unsigned count = 0;
    for (const check::Piece& piece : reach)
      count += !piece.is_reached;
    return count;
  });
}

void* volatile global;
thread_local void* volatile of_thread;

}  // namespace

TEST_CASE("a block is forgotten when nothing points to it") {
  begin();
  is_live[0] = true;
  CHECK(forgotten() == 1);
}

TEST_CASE("a block that a global or a thread-local points into is kept") {
  begin();
  is_live[0] = is_live[1] = is_live[2] = true;
  global = block(0);
  of_thread = block(1) + size - 1;
  CHECK(forgotten() == 1);
  global = nullptr;
  CHECK(forgotten() == 2);
  // Its end is not in it.
  of_thread = block(1) + size;
  CHECK(forgotten() == 3);
  of_thread = nullptr;
}

TEST_CASE("a block that a caller's local or register holds is kept") {
  begin();
  is_live[0] = true;
  void* const local = block(0);
  asm volatile("" : : "r"(local) : "memory");
  CHECK(forgotten() == 0);
  asm volatile("" : : "r"(local) : "memory");
}

TEST_CASE("a block that another allocator's block holds is kept") {
  begin();
  // The first one begins where all of them do, which may be in a register.
  is_live[1] = true;
  void* volatile* const holder = hold(1);
  CHECK(forgotten() == 0);
  *holder = nullptr;
  CHECK(forgotten() == 1);
  delete holder;
}

TEST_CASE("blocks are kept through others, and cycles are forgotten") {
  begin();
  for (unsigned i = 0; i < 8; ++i)
    is_live[i] = true;
  for (unsigned i = 0; i < 3; ++i)
    link(i, i + 1, 40);
  link(4, 5, 0);
  link(5, 4, 8);
  link(6, 6, 0);
  global = block(0);
  CHECK(forgotten() == 4);
  global = nullptr;
  CHECK(forgotten() == 8);
}

TEST_CASE("a chain of blocks that are not live keeps nothing") {
  begin();
  is_live[2] = true;
  link(0, 1, 0);
  link(1, 2, 0);
  global = block(0);
  CHECK(forgotten() == 1);
  global = nullptr;
}

TEST_CASE("who reaches a part of a pool has all of it") {
  begin();
  for (unsigned i = 0; i < 4; ++i)
    is_live[i] = true;
  is_part_of_pool = true;
  CHECK(forgotten() == 4);
  global = block(2) + 4;
  CHECK(forgotten() == 0);
  global = nullptr;
}

namespace {

unsigned faults = 0;
char last_line[512];

void count(Fault fault, const char* line) noexcept {
  faults += fault == Fault::leak;
  std::strncpy(last_line, line, sizeof last_line - 1);
}

}  // namespace

TEST_CASE("check_leaks tells each group, the largest last") {
  begin();
  for (unsigned i = 0; i < 6; ++i)
    is_live[i] = true;
  records[5].allocated_by = 77;
  set_fault_handler(count);
  set_after_fault(AfterFault::go_on);
  clear_stack();
  CHECK(check_leaks() == 2);
  CHECK(std::strstr(last_line,
                    "leak: 5 blocks, 500 bytes of region 'request', no pointer "
                    "to them remains") != nullptr);
  is_part_of_pool = true;
  clear_stack();
  CHECK(check_leaks() == 1);
  CHECK(std::strstr(last_line,
                    "leak: region 'request', 600 bytes, no pointer to it "
                    "remains") != nullptr);
  CHECK(faults >= 2);
  begin();
  clear_stack();
  CHECK(check_leaks() == 0);
  set_after_fault(AfterFault::abort);
  set_fault_handler(nullptr);
}
