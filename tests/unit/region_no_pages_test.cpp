// What a region in `full,page` does where there is no room for pages. The case
// runs in a child, whose first use of the space comes after a limit was set; so
// this program must use none before.
// ONLY linux
// ALONE
#include "tarn/checks.hpp"
#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "os/memory.hpp"

#include <cstdio>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace tarn;

constexpr RegionOptions in_pages{.name = "r", .checks = CheckMode::full_page};
constexpr std::size_t size = 64;

// All that the system has left, down to a page.
std::vector<Loan> take_all() {
  std::vector<Loan> all;
  for (std::size_t bytes = 1 * MiB; bytes >= 4 * KiB; bytes /= 2)
    while (const Loan loan = system_upstream().lend({bytes}))
      all.push_back(loan);
  return all;
}

bool has_pages(std::byte* block) {
  return !os::is_readable(detail::align_up(block + size, os::page_size()));
}

std::byte* block(Region& region) {
  auto* const p = static_cast<std::byte*>(region.allocate(size));
  if (p != nullptr)
    std::memset(p, 1, size);
  return p;
}

// Blocks until there are none: how many had pages, and those that had not.
std::pair<int, std::vector<std::byte*>> take_blocks(Region& region) {
  int in_their_pages = 0;
  std::vector<std::byte*> others;
  while (std::byte* const p = block(region)) {
    if (has_pages(p) && others.empty())
      ++in_their_pages;
    else
      others.push_back(p);
  }
  return {in_their_pages, others};
}

// 0 when all is well, else which step was not.
int run_out() {
  const rlimit both{128 * MiB, 128 * MiB};
  if (setrlimit(RLIMIT_AS, &both) != 0)
    return 1;
  set_after_fault(AfterFault::go_on);
  Region region{in_pages};
  Region other{in_pages};
  // Three pages of an even number: where the others end one is left.
  if (region.allocate(5000) == nullptr || other.allocate(5000) == nullptr)
    return 2;
  const std::vector<Loan> rest = take_all();
  const auto [in_their_pages, others] = take_blocks(region);
  if (in_their_pages == 0 || others.size() < 10 || !region.ran_out())
    return 3;
  // What was said is not said again.
  if (take_blocks(other).second.size() < 10)
    return 4;
  if (check_all() != 0 || !region.check())
    return 5;
  others[0][size] = std::byte{2};
  others[5][-1] = std::byte{2};
  if (check_all() != 2)
    return 6;
  region.deallocate(others[7], size);
  others[7][1] = std::byte{2};
  if (check_all() != 1)
    return 7;
  region.reset();
  for (const Loan& loan : rest)
    system_upstream().take_back(loan);
  for (int i = 0; i < 100; ++i)
    if (std::byte* const p = block(region); p == nullptr || !has_pages(p))
      return 8;
  return region.check() && check_all() == 0 ? 0 : 9;
}

std::string told;

int status_of_child(int (*body)()) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(fileno(file), STDERR_FILENO);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::rewind(file);
  for (int c = 0; (c = std::fgetc(file)) != EOF;)
    told += static_cast<char>(c);
  std::fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int count(const std::string& text, const char* what) {
  int found = 0;
  for (std::size_t at = text.find(what); at != text.npos;
       at = text.find(what, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("without room for pages blocks lie between redzones, told once") {
  if (os::is_shadowed())
    return;
  CHECK(status_of_child(run_out) == 0);
  INFO(told);
  CHECK(count(told,
              "tarn: check: no memory for pages around each block of a "
              "region: blocks lie between red zones\n") == 1);
  CHECK(count(told, "tarn: fault: ") == 3);
  CHECK(count(told, "bytes changed behind") +
            count(told, "byte changed behind") ==
        1);
}
