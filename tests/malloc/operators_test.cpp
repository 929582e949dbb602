// The forms of operator new and delete.
#include "malloc/served.hpp"

#include <cstdint>
#include <doctest/doctest.h>
#include <new>

namespace {

constexpr std::size_t too_much = std::size_t{1} << 56;
constexpr std::align_val_t wide{256};

int handled = 0;

struct Own {};

void give_up_after_three() {
  if (++handled == 3)
    std::set_new_handler(nullptr);
}

void throw_own() {
  throw Own{};
}

// Ends with the scope.
struct Handler {
  explicit Handler(std::new_handler handler) {
    handled = 0;
    std::set_new_handler(handler);
  }
  ~Handler() { std::set_new_handler(nullptr); }
};

bool is_wide(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) % 256 == 0;
}

}  // namespace

TEST_CASE("every form of new is served, and every delete takes it back") {
  void* p = hidden(::operator new(100));
  CHECK(is_served(p));
  ::operator delete(p);
  p = hidden(::operator new[](100));
  CHECK(is_served(p));
  ::operator delete[](p);
  p = hidden(::operator new(100, std::nothrow));
  CHECK(is_served(p));
  ::operator delete(p, std::nothrow);
  p = hidden(::operator new[](100, std::nothrow));
  CHECK(is_served(p));
  ::operator delete[](p, std::nothrow);
  ::operator delete (hidden(::operator new(100)), std::size_t{100});
  ::operator delete[](hidden(::operator new[](100)), std::size_t{100});
  ::operator delete(nullptr);
  ::operator delete[](nullptr);
}

TEST_CASE("every aligned form of new is served and aligned") {
  void* p = hidden(::operator new(100, wide));
  CHECK(is_served(p));
  CHECK(is_wide(p));
  ::operator delete(p, wide);
  p = hidden(::operator new[](100, wide));
  CHECK(is_wide(p));
  ::operator delete[](p, wide);
  p = hidden(::operator new(100, wide, std::nothrow));
  CHECK(is_wide(p));
  ::operator delete(p, wide, std::nothrow);
  p = hidden(::operator new[](100, wide, std::nothrow));
  CHECK(is_wide(p));
  ::operator delete[](p, wide, std::nothrow);
  ::operator delete (hidden(::operator new(100, wide)), std::size_t{100}, wide);
  ::operator delete[](hidden(::operator new[](100, wide)), std::size_t{100},
                      wide);
}

TEST_CASE("new of nothing gives a block of its own") {
  void* const one = hidden(::operator new(0));
  void* const other = hidden(::operator new(0));
  CHECK(one != nullptr);
  CHECK(one != other);
  ::operator delete(one);
  ::operator delete(other);
}

TEST_CASE("new that is refused throws bad_alloc, in every form") {
  const std::size_t size = hidden(too_much);
  CHECK_THROWS_AS(hidden(::operator new(size)), std::bad_alloc);
  CHECK_THROWS_AS(hidden(::operator new[](size)), std::bad_alloc);
  CHECK_THROWS_AS(hidden(::operator new(size, wide)), std::bad_alloc);
  CHECK_THROWS_AS(hidden(::operator new[](size, wide)), std::bad_alloc);
  CHECK_THROWS_AS(hidden(::operator new(SIZE_MAX)), std::bad_alloc);
}

TEST_CASE("nothrow new that is refused gives null, in every form") {
  const std::size_t size = hidden(too_much);
  CHECK(hidden(::operator new(size, std::nothrow)) == nullptr);
  CHECK(hidden(::operator new[](size, std::nothrow)) == nullptr);
  CHECK(hidden(::operator new(size, wide, std::nothrow)) == nullptr);
  CHECK(hidden(::operator new[](size, wide, std::nothrow)) == nullptr);
}

TEST_CASE("the new handler is called until it gives up") {
  const std::size_t size = hidden(too_much);
  {
    const Handler handler{give_up_after_three};
    CHECK_THROWS_AS(hidden(::operator new(size)), std::bad_alloc);
    CHECK(handled == 3);
  }
  {
    const Handler handler{give_up_after_three};
    CHECK_THROWS_AS(hidden(::operator new(size, wide)), std::bad_alloc);
    CHECK(handled == 3);
  }
  {
    const Handler handler{give_up_after_three};
    CHECK(hidden(::operator new(size, std::nothrow)) == nullptr);
    CHECK(handled == 3);
  }
}

TEST_CASE("what the new handler throws arrives, or is null for nothrow") {
  const std::size_t size = hidden(too_much);
  const Handler handler{throw_own};
  CHECK_THROWS_AS(hidden(::operator new(size)), Own);
  CHECK(hidden(::operator new[](size, std::nothrow)) == nullptr);
}

TEST_CASE("new that tells the size gives all of the block") {
  struct SizedBlock {
    void* block;
    std::size_t size;
  };
  auto* const sized = named<SizedBlock(std::size_t)>("__size_returning_new");
  REQUIRE(bool{sized != nullptr});
  const SizedBlock got = sized(1200);
  CHECK(is_served(got.block));
  CHECK(got.size == 1280);
  ::operator delete(got.block);
}
