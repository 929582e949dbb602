// The names beside those of the C standard, found as the loader finds them.
#include "malloc/served.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <initializer_list>
#include <malloc.h>
#include <string>
#include <unistd.h>

namespace {

using Allocate = void*(std::size_t);
using AllocateTwo = void*(std::size_t, std::size_t);
using Free = void(void*);

void give_back(void* p, const char* name) {
  CHECK(is_served(p));
  auto* const give = named<Free>(name);
  REQUIRE(bool{give != nullptr});
  give(p);
}

}  // namespace

TEST_CASE("the C library's inner names are served") {
  for (const char* const name :
       {"__libc_malloc", "__libc_valloc", "__libc_pvalloc"}) {
    auto* const allocate = named<Allocate>(name);
    REQUIRE(bool{allocate != nullptr});
    give_back(allocate(100), "__libc_free");
  }
  for (const char* const name : {"__libc_calloc", "__libc_memalign"}) {
    auto* const allocate = named<AllocateTwo>(name);
    REQUIRE(bool{allocate != nullptr});
    give_back(allocate(64, 10), "__libc_cfree");
  }
  auto* const reallocate = named<void*(void*, std::size_t)>("__libc_realloc");
  REQUIRE(bool{reallocate != nullptr});
  give_back(reallocate(nullptr, 100), "cfree");
  auto* const reallocate_array =
      named<void*(void*, std::size_t, std::size_t)>("__libc_reallocarray");
  REQUIRE(bool{reallocate_array != nullptr});
  give_back(reallocate_array(nullptr, 10, 10), "free");
  auto* const aligned =
      named<int(void**, std::size_t, std::size_t)>("__posix_memalign");
  REQUIRE(bool{aligned != nullptr});
  void* p = nullptr;
  CHECK(aligned(&p, 64, 10) == 0);
  give_back(p, "free");
}

TEST_CASE("C23's sized frees take a block back") {
  auto* const sized = named<void(void*, std::size_t)>("free_sized");
  auto* const aligned =
      named<void(void*, std::size_t, std::size_t)>("free_aligned_sized");
  REQUIRE(bool{sized != nullptr});
  REQUIRE(bool{aligned != nullptr});
  sized(hidden(malloc(100)), 100);
  aligned(hidden(aligned_alloc(64, 128)), 64, 128);
  sized(nullptr, 0);
  errno = 42;
  sized(hidden(malloc(100000)), 100000);
  CHECK(errno == 42);
}

TEST_CASE("the BSDs' names are served") {
  auto* const reallocf = named<void*(void*, std::size_t)>("reallocf");
  REQUIRE(bool{reallocf != nullptr});
  void* p = reallocf(nullptr, 100);
  CHECK(is_served(p));
  CHECK(reallocf(p, SIZE_MAX / 2 + 1) == nullptr);
  auto* const reallocarr =
      named<int(void*, std::size_t, std::size_t)>("reallocarr");
  REQUIRE(bool{reallocarr != nullptr});
  p = nullptr;
  CHECK(reallocarr(&p, 10, 10) == 0);
  CHECK(is_served(p));
  CHECK(reallocarr(&p, SIZE_MAX, 10) == EOVERFLOW);
  CHECK(reallocarr(&p, SIZE_MAX / 16, 8) == ENOMEM);
  CHECK(is_served(p));
  CHECK(reallocarr(&p, 0, 10) == 0);
  CHECK(p == nullptr);
}

TEST_CASE("malloc_size and malloc_good_size tell what a block will be") {
  auto* const size_of = named<std::size_t(const void*)>("malloc_size");
  auto* const good = named<std::size_t(std::size_t)>("malloc_good_size");
  REQUIRE(bool{size_of != nullptr});
  REQUIRE(bool{good != nullptr});
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 100, 1025, 40000, 100000}) {
    void* const p = hidden(malloc(size));
    CHECK(size_of(p) == good(size));
    CHECK(good(good(size)) == good(size));
    free(p);
  }
}

TEST_CASE("strdup and strndup give blocks") {
  char* const whole = hidden(strdup("seventeen"));
  char* const part = hidden(strndup("seventeen", 5));
  char* const more = hidden(strndup("seventeen", 50));
  CHECK(std::string{whole} == "seventeen");
  CHECK(std::string{part} == "seven");
  CHECK(std::string{more} == "seventeen");
  give_back(whole, "free");
  give_back(part, "free");
  give_back(more, "free");
}

TEST_CASE("mallinfo counts what is in use") {
  const struct mallinfo2 before = mallinfo2();
  void* const small = hidden(malloc(20000));
  void* const large = hidden(malloc(10 << 20));
  const struct mallinfo2 now = mallinfo2();
  CHECK(now.uordblks >= before.uordblks + 20000);
  CHECK(now.hblks == before.hblks + 1);
  CHECK(now.hblkhd >= before.hblkhd + (10 << 20));
  CHECK(now.arena >= now.uordblks);
  CHECK(now.fordblks == now.arena - now.uordblks);
  free(small);
  free(large);
  CHECK(mallinfo2().hblkhd == before.hblkhd);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  CHECK(static_cast<std::size_t>(mallinfo().hblkhd) == before.hblkhd);
#pragma GCC diagnostic pop
}

TEST_CASE("malloc_trim gives back what nobody uses, and says whether it did") {
  constexpr std::size_t size = 32 << 20;
  void* const p = hidden(malloc(size));
  std::memset(p, 1, size);
  free(p);
  CHECK(malloc_trim(0) == 1);
  CHECK(mallinfo2().keepcost == 0);
  CHECK(malloc_trim(0) == 0);
}

TEST_CASE("mallopt accepts glibc's knobs and no others") {
  CHECK(mallopt(M_MMAP_THRESHOLD, 1 << 20) == 1);
  CHECK(mallopt(M_ARENA_MAX, 2) == 1);
  CHECK(mallopt(M_TRIM_THRESHOLD, -1) == 1);
  CHECK(mallopt(12345, 1) == 0);
}

TEST_CASE("malloc_info writes XML, and knows no options") {
  char text[20000] = "";
  std::FILE* const file = fmemopen(text, sizeof text, "w");
  CHECK(malloc_info(1, file) == EINVAL);
  CHECK(malloc_info(0, file) == 0);
  std::fclose(file);
  const std::string written{text};
  CHECK(written.starts_with("<malloc version=\"1\">\n"));
  CHECK(written.ends_with("</malloc>\n"));
  CHECK(written.find("<system type=\"current\" size=") != std::string::npos);
}

TEST_CASE("malloc_stats writes to standard error") {
  char name[] = "/tmp/tarn_malloc_statsXXXXXX";
  const int file = mkstemp(name);
  REQUIRE(file >= 0);
  unlink(name);
  const int kept = dup(2);
  dup2(file, 2);
  malloc_stats();
  dup2(kept, 2);
  close(kept);
  char text[40000] = "";
  CHECK(pread(file, text, sizeof text - 1, 0) > 0);
  close(file);
  CHECK(std::strstr(text, "calls went to the C library") != nullptr);
}
