// Pointers of the C library's own malloc, which some got hold of.
#include "malloc/served.hpp"

#include <cerrno>
#include <doctest/doctest.h>
#include <initializer_list>
#include <malloc.h>
#include <string>
#include <thread>

namespace {

void* in_libc(const char* name) {
  void* const libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  return libc != nullptr ? dlsym(libc, name) : nullptr;
}

void* libc_malloc(std::size_t size) {
  static auto* const function =
      reinterpret_cast<void* (*)(std::size_t)>(in_libc("malloc"));
  return hidden(function(size));
}

void* libc_memalign(std::size_t align, std::size_t size) {
  static auto* const function =
      reinterpret_cast<void* (*)(std::size_t, std::size_t)>(
          in_libc("memalign"));
  return hidden(function(align, size));
}

}  // namespace

TEST_CASE("the C library has a malloc of its own") {
  void* const p = libc_malloc(100);
  REQUIRE(p != nullptr);
  CHECK_FALSE(is_served(p));
  free(p);
}

TEST_CASE("free takes what the C library gave, of any size and alignment") {
  errno = 42;
  for (const std::size_t size : std::initializer_list<std::size_t>{
           0, 1, 24, 100, 1000, 5000, 100000, 1000000})
    for (int round = 0; round < 20; ++round) {
      free(libc_malloc(size));
      free(libc_memalign(4096, size));
    }
  CHECK(errno == 42);
}

TEST_CASE("free takes what another arena of the C library gave") {
  void* p[3] = {};
  std::thread{[&] {
    p[0] = libc_malloc(100);
    p[1] = libc_malloc(10000);
    p[2] = libc_malloc(1000000);
  }}.join();
  for (void* const block : p)
    free(block);
}

TEST_CASE("delete takes what the C library gave") {
  ::operator delete(libc_malloc(100));
}

TEST_CASE("malloc_usable_size and realloc know the C library's blocks") {
  auto* const p = static_cast<char*>(libc_malloc(100));
  CHECK(malloc_usable_size(p) >= 100);
  CHECK(malloc_usable_size(p) < 200);
  std::strcpy(p, "of the C library");
  auto* const grown = static_cast<char*>(hidden(realloc(p, 100000)));
  REQUIRE(grown != nullptr);
  CHECK(std::string{grown} == "of the C library");
  free(grown);
  CHECK(hidden(realloc(libc_malloc(100), 0)) == nullptr);
}
