// What glibc's manual promises of each function. This program knows nothing of
// tarn: it runs over whatever malloc is put under it.
#include "malloc/served.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <doctest/doctest.h>
#include <initializer_list>
#include <malloc.h>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t sizes[] = {0,     1,     15,     16,      17,     100,
                                 1000,  1024,  1025,   5000,    32768,  32769,
                                 65536, 70000, 300000, 1 << 20, 5 << 20};
constexpr std::size_t too_large = std::size_t{PTRDIFF_MAX} + 1;

bool is_aligned(const void* p, std::size_t align) {
  return reinterpret_cast<std::uintptr_t>(p) % align == 0;
}

bool is_zero(const void* p, std::size_t size) {
  const auto* const bytes = static_cast<const unsigned char*>(p);
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[i] != 0)
      return false;
  return true;
}

long minor_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// As errno is left by `call`, where it was 0 before.
template <class Call>
int error_of(Call call) {
  errno = 0;
  call();
  return errno;
}

}  // namespace

TEST_CASE("tarn serves malloc and strdup here") {
  void* const p = hidden(malloc(100));
  CHECK(is_served(p));
  free(p);
  char* const text = hidden(strdup("text"));
  CHECK(is_served(text));
  CHECK(std::string{text} == "text");
  free(text);
}

TEST_CASE("malloc gives a block of that size at a multiple of 16") {
  for (const std::size_t size : sizes) {
    void* const p = hidden(malloc(size));
    REQUIRE(p != nullptr);
    CHECK(is_aligned(p, 16));
    CHECK(malloc_usable_size(p) >= size);
    std::memset(p, 0xA5, malloc_usable_size(p));
    free(p);
  }
}

TEST_CASE("malloc(0) gives a block unlike any other") {
  void* const one = hidden(malloc(0));
  void* const other = hidden(malloc(0));
  REQUIRE(one != nullptr);
  REQUIRE(other != nullptr);
  CHECK(one != other);
  free(one);
  free(other);
}

TEST_CASE("what is larger than PTRDIFF_MAX is refused with ENOMEM") {
  const std::size_t size = hidden(too_large);
  void* p = nullptr;
  CHECK(error_of([&] { CHECK(hidden(malloc(size)) == nullptr); }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(malloc(hidden(SIZE_MAX))) == nullptr); }) ==
        ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(calloc(1, size)) == nullptr); }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(calloc(size, 2)) == nullptr); }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(realloc(p, size)) == nullptr); }) ==
        ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(memalign(64, size)) == nullptr); }) ==
        ENOMEM);
  CHECK(error_of([&] {
          CHECK(hidden(memalign(64, hidden(SIZE_MAX))) == nullptr);
        }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(aligned_alloc(64, size)) == nullptr); }) ==
        ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(valloc(size)) == nullptr); }) == ENOMEM);
  CHECK(error_of([&] {
          CHECK(hidden(pvalloc(hidden(SIZE_MAX))) == nullptr);
        }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(reallocarray(p, size, 3)) == nullptr); }) ==
        ENOMEM);
  CHECK(posix_memalign(&p, 64, size) == ENOMEM);
}

TEST_CASE("what no machine has is refused with ENOMEM") {
  const std::size_t size = hidden(std::size_t{1} << 56);
  CHECK(error_of([&] { CHECK(hidden(malloc(size)) == nullptr); }) == ENOMEM);
  CHECK(error_of([&] { CHECK(hidden(calloc(2, size)) == nullptr); }) == ENOMEM);
}

TEST_CASE("free leaves errno as it was") {
  std::vector<void*> blocks;
  for (int round = 0; round < 100; ++round)
    for (const std::size_t size : sizes)
      blocks.push_back(malloc(size));
  errno = 42;
  for (void* const p : blocks)
    free(p);
  free(nullptr);
  CHECK(errno == 42);
}

TEST_CASE("calloc gives zeros, also in blocks that were used before") {
  for (const std::size_t size : sizes) {
    void* const used = hidden(malloc(size));
    std::memset(used, 0xA5, size);
    free(used);
    void* const p = hidden(calloc(size, 1));
    REQUIRE(p != nullptr);
    CHECK(is_aligned(p, 16));
    CHECK(is_zero(p, size));
    free(p);
  }
  void* const none = hidden(calloc(0, 5));
  CHECK(none != nullptr);
  free(none);
}

TEST_CASE("calloc does not touch fresh memory, nor what was left untouched") {
  constexpr std::size_t size = 200 << 20;
  for (int round = 0; round < 3; ++round) {
    const long before = minor_faults();
    auto* const p = static_cast<char*>(hidden(calloc(size, 1)));
    REQUIRE(p != nullptr);
    p[size / 2] = 1;
    CHECK(minor_faults() - before < 4000);
    free(p);
  }
}

TEST_CASE("calloc of much gives zeros where others wrote before") {
  constexpr std::size_t size = 13 << 20;
  for (int round = 0; round < 3; ++round) {
    void* const p = hidden(calloc(size, 1));
    REQUIRE(p != nullptr);
    CHECK(is_zero(p, size));
    std::memset(p, 0xA5, size);
    free(p);
  }
}

TEST_CASE("calloc of much gives zeros where a program locked pages") {
  constexpr std::size_t size = 6 << 20;
  for (int round = 0; round < 3; ++round) {
    void* const locked = hidden(malloc(size));
    std::memset(locked, 0xA5, size);
    // Where so much may not be locked this is the case before.
    static_cast<void>(mlock(locked, size));
    void* volatile place = locked;
    free(locked);
    malloc_trim(0);
    void* const p = hidden(calloc(size, 1));
    REQUIRE(p != nullptr);
    CHECK(is_zero(p, size));
    free(p);
    malloc_trim(0);
    munlock(place, size);
  }
}

TEST_CASE("realloc keeps what fits, whether it grows or shrinks") {
  for (const std::size_t from : sizes)
    for (const std::size_t to : sizes) {
      if (to == 0)
        continue;
      auto* const old = static_cast<unsigned char*>(hidden(malloc(from)));
      for (std::size_t i = 0; i < from; ++i)
        old[i] = static_cast<unsigned char>(i * 7);
      auto* const p = static_cast<unsigned char*>(hidden(realloc(old, to)));
      REQUIRE(p != nullptr);
      CHECK(is_aligned(p, 16));
      bool is_kept = true;
      for (std::size_t i = 0; i < from && i < to; ++i)
        is_kept = is_kept && p[i] == static_cast<unsigned char>(i * 7);
      CHECK(is_kept);
      free(p);
    }
}

TEST_CASE("realloc from null is malloc, and to nothing is free") {
  void* const p = hidden(realloc(nullptr, 50));
  REQUIRE(p != nullptr);
  errno = 42;
  CHECK(hidden(realloc(p, 0)) == nullptr);
  CHECK(errno == 42);
  void* const none = hidden(realloc(nullptr, 0));
  CHECK(none != nullptr);
  free(none);
}

TEST_CASE("a realloc that is refused leaves the block") {
  auto* const p = static_cast<char*>(hidden(malloc(100)));
  std::strcpy(p, "still here");
  CHECK(error_of([&] {
          CHECK(hidden(realloc(p, hidden(too_large))) == nullptr);
        }) == ENOMEM);
  CHECK(error_of([&] {
          CHECK(hidden(realloc(p, std::size_t{1} << 56)) == nullptr);
        }) == ENOMEM);
  CHECK(error_of([&] {
          CHECK(hidden(reallocarray(p, hidden(SIZE_MAX / 2), 3)) == nullptr);
        }) == ENOMEM);
  CHECK(std::string{p} == "still here");
  free(p);
}

TEST_CASE("reallocarray multiplies") {
  void* const p = hidden(reallocarray(nullptr, 30, 40));
  REQUIRE(p != nullptr);
  CHECK(malloc_usable_size(p) >= 1200);
  free(p);
}

TEST_CASE("aligned blocks lie where they should, of any size") {
  for (std::size_t align = 1; align <= (8 << 20); align *= 2)
    for (const std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 100, 5000, 70000}) {
      void* const one = hidden(memalign(align, size));
      void* const other = hidden(aligned_alloc(align, size));
      REQUIRE(one != nullptr);
      REQUIRE(other != nullptr);
      CHECK(is_aligned(one, align));
      CHECK(is_aligned(other, align));
      CHECK(is_aligned(one, 16));
      std::memset(one, 0xA5, size);
      free(one);
      free(other);
      if (align < sizeof(void*))
        continue;
      void* third = nullptr;
      CHECK(posix_memalign(&third, align, size) == 0);
      CHECK(is_aligned(third, align));
      CHECK(malloc_usable_size(third) >= size);
      free(hidden(third));
    }
}

TEST_CASE("memalign rounds an odd alignment up") {
  for (const std::size_t align :
       std::initializer_list<std::size_t>{0, 3, 24, 100, 5000}) {
    void* const p = hidden(memalign(align, 10));
    REQUIRE(p != nullptr);
    CHECK(is_aligned(
        p,
        align == 0 ? 16 : std::size_t{1} << (64 - __builtin_clzll(align - 1))));
    free(p);
  }
  CHECK(error_of([] {
          CHECK(hidden(memalign(hidden(SIZE_MAX), 10)) == nullptr);
        }) == EINVAL);
}

TEST_CASE("aligned_alloc refuses what is no power of two with EINVAL") {
  if (!is_served(hidden(malloc(1))))
    return;
  for (const std::size_t align :
       std::initializer_list<std::size_t>{0, 3, 24, 100})
    CHECK(error_of([&] {
            CHECK(hidden(aligned_alloc(hidden(align), 10)) == nullptr);
          }) == EINVAL);
}

TEST_CASE("posix_memalign says EINVAL and ENOMEM, and touches nothing then") {
  int place = 0;
  void* p = &place;
  errno = 42;
  for (const std::size_t align :
       std::initializer_list<std::size_t>{0, 1, 4, 12, 24})
    CHECK(posix_memalign(&p, hidden(align), 10) == EINVAL);
  CHECK(posix_memalign(&p, 64, hidden(too_large)) == ENOMEM);
  CHECK(posix_memalign(&p, 64, std::size_t{1} << 56) == ENOMEM);
  CHECK(p == &place);
  CHECK(errno == 42);
}

TEST_CASE("valloc and pvalloc give whole pages") {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const one = hidden(valloc(100));
  void* const other = hidden(pvalloc(100));
  CHECK(is_aligned(one, page));
  CHECK(is_aligned(other, page));
  CHECK(malloc_usable_size(other) >= page);
  free(one);
  free(other);
}

TEST_CASE("malloc_usable_size of nothing is nothing") {
  CHECK(malloc_usable_size(nullptr) == 0);
}
