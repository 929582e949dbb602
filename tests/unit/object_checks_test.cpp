// What mode full finds in object pools, in which words, and that clean programs
// are not told anything.
// ONLY linux
#include "tarn/describe.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"
#include "tarn/tarn.h"

#include "support/counting_upstream.hpp"

#include <csignal>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tarn;

namespace {

struct Connection {
  char bytes[64] = {};
};

std::string last_line;
unsigned told = 0;

void keep(Fault, const char* line) noexcept {
  last_line = line;
  ++told;
}

struct sigaction handler_of_tarn {};

// A framework of tests handles SIGSEGV itself, after this.
[[maybe_unused]] const bool has_begun = [] {
  {
    ObjectPool<Connection> first{{.checks = CheckMode::full}};
    static_cast<void>(first.acquire());
  }
  return sigaction(SIGSEGV, nullptr, &handler_of_tarn) == 0;
}();

// Has faults kept in place of ending the program.
struct Listening {
  Listening() noexcept {
    told = 0;
    last_line.clear();
    set_fault_handler(keep);
    set_after_fault(AfterFault::go_on);
    sigaction(SIGSEGV, &handler_of_tarn, nullptr);
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() {
    set_fault_handler(nullptr);
    set_after_fault(AfterFault::abort);
  }
};

// The last line, with 0x* for each address, or "nothing".
std::string heard() {
  std::string text = told == 0 ? "nothing" : last_line;
  told = 0;
  if (text.starts_with("tarn: fault: "))
    text.erase(0, 13);
  if (text.ends_with('\n'))
    text.pop_back();
  for (std::size_t at = 0; (at = text.find("0x", at)) != std::string::npos;) {
    at += 2;
    const std::size_t end = text.find_first_not_of("0123456789abcdef", at);
    text.replace(at, end - at, "*");
  }
  return text;
}

constexpr ObjectPoolOptions checked{.name = "connection",
                                    .checks = CheckMode::full};
using Pool = ObjectPool<Connection>;

// What the compiler does not look through.
char* bytes_of(void* object) {
  char* volatile bytes = static_cast<char*>(object);
  return bytes;
}

}  // namespace

TEST_CASE("an object released twice is told, at once, later and elsewhere") {
  const Listening listening;
  Pool pool{checked};
  Connection* const object = pool.acquire_raw();
  Connection* const other = pool.acquire_raw();
  pool.release(object);
  const char* const line =
      "double free of 0x*: 64-byte slot of object pool 'connection'";
  pool.release(object);
  CHECK(heard() == line);
  pool.release(other);
  pool.release(object);
  CHECK(heard() == line);
  std::thread{[&] { pool.release(object); }}.join();
  CHECK(heard() == line);
  const pid_t child = fork();
  if (child == 0) {
    pool.release(object);
    _exit(heard() == line ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(pool.stats().in_use == 0);
  CHECK(pool.check());
}

TEST_CASE("a pointer that the pool did not give is told with its owner") {
  const Listening listening;
  Pool pool{checked};
  Pool other{{.name = "reply", .checks = CheckMode::full}};
  struct Large {
    char bytes[3000];
  };
  ObjectPool<Large> large{{.name = "large", .checks = CheckMode::full}};
  Region region{{.name = "request"}};
  Connection* const object = pool.acquire_raw();
  pool.release(reinterpret_cast<Connection*>(bytes_of(object) + 8));
  CHECK(heard() ==
        "free of 0x*: 8 bytes into a 64-byte slot of object pool 'connection'");
  other.release(object);
  CHECK(heard() ==
        "free of 0x* into object pool 'reply': it belongs to object pool "
        "'connection'");
  large.release(reinterpret_cast<Large*>(object));
  CHECK(heard() ==
        "free of 0x* into object pool 'large': it belongs to object pool "
        "'connection'");
  pool.release(static_cast<Connection*>(region.allocate(64, 8)));
  CHECK(heard() ==
        "free of 0x*: a block of region 'request' dies with its region");
  Connection on_stack;
  pool.release(&on_stack);
  CHECK(heard() == "free of 0x*: not memory of any pool");
  pool.release(object);
  CHECK(heard() == "nothing");
}

TEST_CASE("bytes written beside an object are told as the object's") {
  const Listening listening;
  Pool pool{checked};
  Connection* const object = pool.acquire_raw();
  Connection* const next = pool.acquire_raw();
  std::memset(bytes_of(object) + 60, 'x', 9);
  pool.release(object);
  CHECK(heard() ==
        "overflow: 5 bytes changed behind 0x* (64 bytes, object pool "
        "'connection')");
  std::memset(bytes_of(next) - 2, 'x', 2);
  CHECK(check_all() == 1);
  CHECK(heard() ==
        "underflow: 2 bytes changed before 0x* (64 bytes, object pool "
        "'connection')");
  CHECK(check_all() == 0);
  bytes_of(next)[64] = 'x';
  pool.release(next);
  CHECK(heard() ==
        "overflow: 1 byte changed behind 0x* (64 bytes, object pool "
        "'connection')");
}

TEST_CASE("an object written to while it waits is told") {
  const Listening listening;
  const char* const line =
      "write after free: 0x* (64 bytes, object pool 'connection') changed";
  for (const bool is_looked_at : {true, false}) {
    Pool pool{checked};
    Connection* const object = pool.acquire_raw();
    pool.release(object);
    const auto other = pool.acquire();
    CHECK(other.get() != object);
    bytes_of(object)[63] ^= 1;
    if (is_looked_at)
      CHECK(check_all() == 1);
    else
      for (int i = 0; i < 1000; ++i)
        static_cast<void>(pool.acquire());
    CHECK(heard() == line);
  }
  {
    Pool pool{checked};
    Connection* const object = pool.acquire().get();
    bytes_of(object)[0] ^= 1;
  }
  CHECK(heard() == line);
}

TEST_CASE("of objects that keep nothing the byte is told") {
  const Listening listening;
  struct Plain {
    char bytes[64];
  };
  ObjectPool<Plain, MakeAnew<Plain>> pool{
      {.name = "message", .checks = CheckMode::full}};
  Plain* const object = pool.acquire_raw();
  CHECK(static_cast<unsigned char>(bytes_of(object)[5]) == 0);
  pool.release(object);
  CHECK(static_cast<unsigned char>(bytes_of(object)[5]) == 0xDB);
  bytes_of(object)[12] = 'x';
  CHECK(check_all() == 1);
  CHECK(heard() ==
        "write after free: byte 12 of 0x* (64 bytes, object pool 'message') "
        "changed");
  bytes_of(object)[pool.stats().slot + 3] = 'x';
  CHECK(check_all() == 1);
  CHECK(heard() ==
        "write before use: byte 3 of 0x* (64 bytes, object pool 'message') "
        "changed");
}

TEST_CASE("a pool that ends with objects in use tells how many") {
  const Listening listening;
  Connection* object = nullptr;
  {
    Pool pool{checked};
    object = pool.acquire_raw();
    static_cast<void>(pool.acquire_raw());
  }
  CHECK(heard() == "object pool 'connection' ended with 2 objects in use");
  const volatile char* const bytes = bytes_of(object);
  CHECK(bytes[3] == 0);
  CHECK(heard() == "use of object pool 'connection' after its end");
}

TEST_CASE("a slab that went back is told when it is touched") {
  const Listening listening;
  Pool pool{checked};
  const volatile char* const bytes = bytes_of(pool.acquire().get());
  CHECK(pool.reap() != 0);
  CHECK(describe(const_cast<const char*>(bytes)).pool == PoolKind::object_pool);
  CHECK(bytes[3] == 0);
  CHECK(heard() ==
        "read of 0x*: 3 bytes into freed 0x* (64 bytes, object pool "
        "'connection')");
}

TEST_CASE("objects in pages of their own are told when they are read") {
  const Listening listening;
  Pool pool{{.name = "connection", .checks = CheckMode::full_page}};
  Connection* const object = pool.acquire_raw();
  bytes_of(object)[12] = 'x';
  CHECK(bytes_of(object)[64] == 0);
  CHECK(heard() ==
        "read of 0x*: right behind 0x* (64 bytes, object pool 'connection')");
  pool.release(object);
  CHECK(bytes_of(object)[12] == 'x');
  CHECK(heard() ==
        "read of 0x*: 12 bytes into freed 0x* (64 bytes, object pool "
        "'connection')");
  const auto again = pool.acquire();
  CHECK(pool.check());
}

TEST_CASE("a checked object keeps its state, and is described by its size") {
  const Listening listening;
  for (const CheckMode mode : {CheckMode::full, CheckMode::full_page}) {
    Pool pool{{.name = "connection", .checks = mode}};
    Connection* const object = pool.acquire_raw();
    std::memset(object->bytes, 'k', sizeof object->bytes);
    CHECK(describe(object).size == 64);
    pool.release(object);
    CHECK(describe(object).state == BlockState::free);
    unsigned kept = 0;
    for (int i = 0; i < 500; ++i) {
      const auto it = pool.acquire();
      kept += it->bytes[0] == 'k' && it->bytes[63] == 'k' ? 1 : 0;
    }
    CHECK(kept != 0);
    CHECK(check_all() == 0);
  }
  CHECK(heard() == "nothing");
}

TEST_CASE("a checked pool over an upstream gives back all it borrowed") {
  const Listening listening;
  for (const CheckMode mode : {CheckMode::full, CheckMode::full_page}) {
    test::CountingUpstream upstream;
    {
      Pool pool{upstream, {.checks = mode}};
      std::vector<Connection*> all(200);
      REQUIRE(pool.acquire_many(all.data(), all.size()) == all.size());
      pool.release_many(all.data(), all.size());
      CHECK(pool.reap() != 0);
      upstream.refuse_after(0);
      CHECK_FALSE(pool.acquire());
    }
    CHECK(upstream.loans_out() == 0);
  }
  CHECK(heard() == "nothing");
}

TEST_CASE("a steady pool is checked as any, and gives what was reserved") {
  const Listening listening;
  SteadyPool<Connection> pool{checked};
  CHECK_FALSE(pool.acquire());
  REQUIRE(pool.reserve(3));
  std::vector<Connection*> all(4);
  CHECK(pool.acquire_many(all.data(), 4) == 3);
  pool.release_many(all.data(), 3);
  pool.release(all[0]);
  CHECK(heard() ==
        "double free of 0x*: 64-byte slot of object pool 'connection'");
  CHECK(pool.stats().in_depot == 3);
  CHECK(pool.check());
}

TEST_CASE("a pool in C is checked by its options") {
  const Listening listening;
  tarn_object_pool pool;
  tarn_object_pool_options options{};
  options.name = "things";
  options.checks = TARN_CHECK_FULL;
  REQUIRE(tarn_object_pool_init(&pool, 100, &options));
  // Compilers see the second release, and warn.
  void* volatile thing = tarn_object_pool_acquire(&pool);
  tarn_object_pool_release(&pool, thing);
  tarn_object_pool_release(&pool, thing);
  CHECK(heard() == "double free of 0x*: 100-byte slot of object pool 'things'");
  tarn_object_pool_destroy(&pool);
}

TEST_CASE("threads that release what others acquired are told nothing") {
  const Listening listening;
  Pool pool{checked};
  std::vector<std::thread> all;
  for (int i = 0; i < 3; ++i)
    all.emplace_back([&] {
      std::vector<Connection*> own(50);
      for (int round = 0; round < 20; ++round) {
        static_cast<void>(pool.acquire_many(own.data(), own.size()));
        for (Connection* const it : own)
          it->bytes[round] = static_cast<char>(round);
        static_cast<void>(check_all());
        pool.release_many(own.data(), own.size());
      }
    });
  for (std::thread& thread : all)
    thread.join();
  CHECK(heard() == "nothing");
  CHECK(pool.check());
}
