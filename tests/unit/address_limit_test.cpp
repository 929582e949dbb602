// Each case runs in a child, whose first use of the space comes after the limit
// was set; so this program must use none before.
// ALONE
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace tarn;

template <class Body>
int status_of_child(Body body) {
  const pid_t child = fork();
  if (child == 0)
    _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What a program does under `ulimit -v`; 0 when all is well.
int live_under(std::size_t limit) {
  const rlimit both{limit, limit};
  if (setrlimit(RLIMIT_AS, &both) != 0)
    return 1;
  Region region;
  if (region.allocate(100) == nullptr)
    return 2;
  const SpaceStats stats = space_stats();
  if (stats.reserved + stats.metadata > limit / 2)
    return 3;
  if (stats.reserved < limit / 4)
    return 4;
  // The other half is still there for the rest of the program.
  void* const others = std::malloc(limit / 3);
  if (others == nullptr)
    return 5;
  std::free(others);
  // Further reservations come when the first is full, until the limit.
  std::size_t lent = 0;
  while (const Loan loan = system_upstream().lend({1 * MiB})) {
    std::memset(loan.memory, 1, 4096);
    lent += loan.size;
  }
  if (lent < limit / 2 || lent > limit)
    return 6;
  return 0;
}

}  // namespace

TEST_CASE("under an address space of 512 MiB half is left to others") {
  if (os::is_shadowed())
    return;
  CHECK(status_of_child([] { return live_under(512 * MiB); }) == 0);
}

TEST_CASE("under an address space of 2 GiB half is left to others") {
  if (os::is_shadowed())
    return;
  CHECK(status_of_child([] { return live_under(2 * GiB); }) == 0);
}

TEST_CASE("TARN_RESERVE limits the reservation") {
  CHECK(status_of_child([] {
          setenv("TARN_RESERVE", "96M", 1);
          static_cast<void>(Region{}.allocate(100));
          const SpaceStats stats = space_stats();
          return stats.reserved + stats.metadata <= 96 * MiB &&
                         stats.reserved >= 80 * MiB
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("pages of 16 and 64 KiB serve as well") {
  for (const char* const size : {"16K", "64K"})
    CHECK(status_of_child([size] {
            setenv("TARN_PAGE_SIZE", size, 1);
            for (int round = 0; round < 20; ++round) {
              Region region;
              for (int i = 0; i < 3000; ++i) {
                void* const block = region.allocate(200);
                if (block == nullptr)
                  return 1;
                std::memset(block, i, 200);
              }
              while (maintain(1'000'000)) {
              }
            }
            const std::size_t page = std::strtoul(size, nullptr, 10) * KiB;
            return os::page_size() == page ? 0 : 2;
          }) == 0);
}

TEST_CASE("under a limit of data hardly any of it is for tables") {
  if (os::is_shadowed())
    return;
  CHECK(status_of_child([] {
          const rlimit both{128 * MiB, 128 * MiB};
          if (setrlimit(RLIMIT_DATA, &both) != 0)
            return 1;
          std::size_t lent = 0;
          while (const Loan loan = system_upstream().lend({1 * MiB}))
            lent += loan.size;
          return lent >= 110 * MiB && lent <= 128 * MiB ? 0 : 2;
        }) == 0);
}
