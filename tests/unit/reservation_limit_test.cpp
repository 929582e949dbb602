// Under a shell's own `ulimit -v`, which is there before the program starts,
// and under a limit of data that the program sets itself.
// ALONE
#include "tarn/heap.hpp"
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace tarn;

std::string path_of_this_program() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size < 0 ? std::string{} : std::string(path, std::size_t(size));
}

// What the case below ends with: doctest calls it a success, too, to have found
// no case of a name.
constexpr int lived = 42;

// Whether the case below holds in a shell with that limit.
bool lives_under(std::size_t limit) {
  const std::string command =
      "ulimit -v " + std::to_string(limit / KiB) + " && exec '" +
      path_of_this_program() +
      "' --no-skip --test-case='a program lives within its shell*'";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) && WEXITSTATUS(status) == lived;
}

// What counts against RLIMIT_DATA now.
std::size_t data() {
  std::FILE* const file = std::fopen("/proc/self/status", "re");
  if (file == nullptr)
    return 0;
  char line[256];
  std::size_t kib = 0;
  while (std::fgets(line, sizeof line, file) != nullptr &&
         std::sscanf(line, "VmData: %zu kB", &kib) != 1) {
  }
  std::fclose(file);
  return kib * KiB;
}

// In a child, since the limit stays: 0 where all holds, or else which did not.
int live_under_a_limit_of_data() {
  void* const first = default_heap().allocate(1 * MiB);
  const std::size_t before = data();
  rlimit limit{};
  if (first == nullptr || before == 0 || getrlimit(RLIMIT_DATA, &limit) != 0)
    return 1;
  if (before > 256 * MiB)
    return 2;
  limit.rlim_cur = before + 64 * MiB;
  if (setrlimit(RLIMIT_DATA, &limit) != 0)
    return 3;
  void* const within = default_heap().allocate(48 * MiB);
  if (within == nullptr)
    return 4;
  std::memset(within, 1, 48 * MiB);
  const std::size_t reserved = space_stats().reserved;
  if (default_heap().allocate(128 * MiB) != nullptr)
    return 5;
  if (space_stats().reserved != reserved)
    return 7;
  default_heap().deallocate(within);
  void* const again = default_heap().allocate(40 * MiB);
  return again != nullptr && default_heap().allocate(100) != nullptr ? 0 : 6;
}

}  // namespace

TEST_CASE("a program lives within its shell's limit" * doctest::skip()) {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_AS, &limit) == 0);
  REQUIRE(limit.rlim_cur != RLIM_INFINITY);
  Region region;
  void* const block = region.allocate(1 * MiB);
  REQUIRE(block != nullptr);
  std::memset(block, 1, 1 * MiB);
  const SpaceStats stats = space_stats();
  REQUIRE(stats.reserved + stats.metadata <= limit.rlim_cur / 2);
  REQUIRE(stats.reserved >= limit.rlim_cur / 4);
  void* const others = std::malloc(limit.rlim_cur / 3);
  REQUIRE(others != nullptr);
  std::free(others);
  std::_Exit(lived);
}

TEST_CASE("ulimit -v of 512 MiB and of 2 GiB leave half to others") {
  if (os::is_shadowed())
    return;
  CHECK(lives_under(512 * MiB));
  CHECK(lives_under(2 * GiB));
  // A limit under which no program starts is told as one.
  CHECK_FALSE(lives_under(1 * MiB));
}

TEST_CASE(
    "a limit of data that the program sets itself leaves it to its blocks") {
  if (os::is_shadowed() || data() == 0)
    return;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0)
    _exit(live_under_a_limit_of_data());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
