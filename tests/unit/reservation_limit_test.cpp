// Under a shell's own `ulimit -v`, which is there before the program starts.
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

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
