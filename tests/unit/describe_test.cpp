#include "tarn/describe.hpp"

#include "tarn/region.hpp"
#include "tarn/system.hpp"

#include "span/names.hpp"
#include "span/space.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <string>

namespace {

using namespace tarn;

std::string sentence(const void* p) {
  char line[200];
  const std::size_t size = describe(p, line, sizeof line);
  CHECK(size == std::strlen(line));
  const std::string text{line};
  return text.substr(text.find(": ") + 2);
}

}  // namespace

// The first names of this process, so that every id has its turn.
TEST_CASE("a named region that was reset leaves no name behind when it ends") {
  for (int round = 0; round < 4; ++round) {
    std::byte* block = nullptr;
    std::uint32_t id = 0;
    {
      Region region{RegionOptions{.name = "reset", .first_chunk = 8 * KiB}};
      REQUIRE(region.allocate(8) != nullptr);
      region.reset();
      block = static_cast<std::byte*>(region.allocate(8));
      id = describe(block).id;
      CHECK(sentence(block).find("of region 'reset'") != std::string::npos);
    }
    CHECK(span::kind_of_pool(id) == PoolKind::none);
    // One of them has the chunk.
    Region again{RegionOptions{.first_chunk = 8 * KiB}};
    Region more{RegionOptions{.first_chunk = 8 * KiB}};
    const bool is_again = again.allocate(8) == block;
    CHECK(is_again != (more.allocate(8) == block));
    CHECK(describe(block).id == 0);
  }
}

TEST_CASE("an address that is not tarn's is told as such") {
  const int local = 0;
  CHECK(describe(&local).kind == AddressKind::foreign);
  CHECK(describe(nullptr).kind == AddressKind::foreign);
  CHECK(sentence(&local) == "not tarn's");
}

TEST_CASE("a block of a region with a name is told with chunk and name") {
  Region region{RegionOptions{.name = "job", .first_chunk = 8 * KiB}};
  auto* const block = static_cast<std::byte*>(region.allocate(100));
  const Description found = describe(block + 50);
  CHECK(found.kind == AddressKind::chunk);
  CHECK(found.pool == PoolKind::region);
  CHECK(std::strcmp(found.name, "job") == 0);
  CHECK(found.size == 8 * KiB);
  CHECK(found.start + found.offset == block + 50);
  CHECK(detail::address_of(found.start) % found.size == 0);
  const std::string offset = std::to_string(found.offset);
  CHECK(sentence(block + 50) ==
        offset + " bytes into a chunk of 8192 bytes of region 'job'");
}

TEST_CASE("a block of a region without a name is told with its chunk") {
  Region region;
  void* const block = region.allocate(8);
  CHECK(describe(block).kind == AddressKind::chunk);
  CHECK(describe(block).id == 0);
  CHECK(sentence(block).find("of an unnamed region") != std::string::npos);
}

TEST_CASE("a chunk that came back is told as free, whatever it was before") {
  std::byte* block = nullptr;
  {
    Region region{RegionOptions{.name = "gone", .first_chunk = 8 * KiB}};
    block = static_cast<std::byte*>(region.allocate(8));
  }
  CHECK(describe(block).kind == AddressKind::free);
  CHECK(sentence(block).find("free chunk of 8192 bytes") != std::string::npos);
  CHECK(sentence(block).find("gone") == std::string::npos);
  Region again{RegionOptions{.first_chunk = 8 * KiB}};
  CHECK(again.allocate(8) == block);
  CHECK(describe(block).kind == AddressKind::chunk);
}

TEST_CASE("a large block is told from any place in it") {
  Region region{RegionOptions{.name = "big"}};
  constexpr std::size_t size = 40 * MiB;
  auto* const block = static_cast<std::byte*>(region.allocate(size));
  REQUIRE(block != nullptr);
  for (std::size_t at = 0; at < size; at += 3 * MiB + 4097) {
    const Description found = describe(block + at);
    CHECK(found.kind == AddressKind::large);
    CHECK(found.pool == PoolKind::region);
    CHECK(found.start + found.offset == block + at);
    CHECK(found.start <= block);
    CHECK(found.start + found.size >= block + size);
    CHECK(std::strcmp(found.name, "big") == 0);
  }
}

TEST_CASE("chunks of several granules are told from any place in them") {
  const Loan loan = system_upstream().lend({256 * KiB});
  for (std::size_t at = 0; at < loan.size; at += 10'000) {
    const Description found = describe(loan.memory + at);
    CHECK(found.kind == AddressKind::chunk);
    CHECK(found.start == loan.memory);
    CHECK(found.size == loan.size);
    CHECK(found.offset == at);
  }
  system_upstream().take_back(loan);
  CHECK(describe(loan.memory + 200'000).kind == AddressKind::free);
}

TEST_CASE("tarn's own arrays and unused space are told apart") {
  const Loan loan = system_upstream().lend({4096});
  span::Reservation& part = span::the_space.reservation(0);
  CHECK(describe(part.ids()).kind == AddressKind::metadata);
  CHECK(describe(part.begin() + part.size() - 1).kind == AddressKind::unused);
  CHECK(sentence(part.ids()) == "tarn's own bookkeeping");
  CHECK(sentence(part.begin() + part.size() - 1) == "tarn's, in use by nobody");
  system_upstream().take_back(loan);
}

TEST_CASE("of what is in use by nobody nothing more is told") {
  const Loan loan = system_upstream().lend({1 * MiB});
  system_upstream().take_back(loan);
  const Description found = describe(loan.memory + 100'000);
  CHECK(found.kind == AddressKind::unused);
  CHECK(found.offset == 0);
  CHECK(found.size == 0);
  CHECK(found.start == nullptr);
}

TEST_CASE("a sentence is cut off where its buffer ends") {
  char line[8];
  CHECK(describe(line, line, sizeof line) == sizeof line - 1);
  CHECK(std::strlen(line) == sizeof line - 1);
  char one = 'x';
  CHECK(describe(line, &one, 1) == 0);
  CHECK(one == '\0');
  CHECK(describe(line, &one, 0) == 0);
}
