// What the space keeps about granules goes back when nobody uses them.
#include "tarn/system.hpp"

#include "os/memory.hpp"
#include "port/world.hpp"
#include "span/space.hpp"

#include <chrono>
#include <deque>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::span;

constexpr std::size_t stretches = 64;
constexpr std::size_t whole = stretches * stretch_size;
constexpr std::size_t id_bytes =
    stretch_granules * granule_ids * sizeof(std::uint32_t);

// All of its stretches opened, and free again.
Reservation& opened_reservation() {
  static std::deque<Reservation> all;
  Reservation& part = all.emplace_back();
  REQUIRE(part.start(whole, whole + 1 * MiB));
  REQUIRE(part.size() == whole);
  std::byte* const memory = part.claim(part.granules());
  REQUIRE(memory == part.begin());
  part.release(memory, part.granules());
  part.purge(0, stretches, 0, 0);
  return part;
}

// Uses one granule as a pool would, and writes all that describes it.
std::byte* use_granule(Reservation& part) {
  std::byte* const memory = part.claim(1);
  const std::size_t index = part.index_of(memory);
  part.describe(index, 1, Use::large, 3, 9);
  part.ids()[index * granule_ids].store(77);
  part.cut(index).older = 5;
  return memory;
}

std::vector<std::byte*> use_all(Reservation& part) {
  std::vector<std::byte*> all;
  for (std::size_t i = 0; i < part.granules(); ++i)
    all.push_back(use_granule(part));
  return all;
}

void end_use(Reservation& part, std::byte* memory) {
  part.describe_free(part.index_of(memory), 1);
  part.release(memory, 1);
}

std::size_t present(const void* start, std::size_t size) {
  return os::present(static_cast<std::byte*>(const_cast<void*>(start)), size);
}

std::size_t metadata_present(Reservation& part) {
  return present(part.ids(), part.metadata_size());
}

std::size_t ids_present(Reservation& part, std::size_t stretch) {
  return present(part.ids() + stretch * stretch_granules * granule_ids,
                 id_bytes);
}

}  // namespace

TEST_CASE("of an empty space no metadata stays but a line for each stretch") {
  Reservation& part = opened_reservation();
  for (int round = 0; round < 2; ++round) {
    const std::vector<std::byte*> all = use_all(part);
    CHECK(metadata_present(part) >= stretches * id_bytes);
    for (std::byte* const memory : all)
      end_use(part, memory);
    part.purge(0, stretches, 0, 0);
    part.purge_metadata(0, stretches);
    CHECK(metadata_present(part) == stretches * sizeof(Stretch));
  }
}

TEST_CASE("a granule in use keeps its metadata, whatever is empty beside it") {
  Reservation& part = opened_reservation();
  constexpr std::size_t kept = 5;
  const std::vector<std::byte*> all = use_all(part);
  std::byte* const memory = all[kept * stretch_granules + 7];
  for (std::byte* const other : all)
    if (other != memory)
      end_use(part, other);
  part.purge(0, stretches, 0, 0);
  part.purge_metadata(0, stretches);
  const std::size_t index = part.index_of(memory);
  CHECK(part.descriptor(index).is(Use::large));
  CHECK(part.descriptor(index).owner() == 9);
  CHECK(part.ids()[index * granule_ids] == 77);
  CHECK(part.cut(index).older == 5);
  CHECK(ids_present(part, kept) == id_bytes);
  CHECK(ids_present(part, kept - 1) == 0);
  CHECK(ids_present(part, kept + 1) == 0);
  // A page for the lines of stretches, and at most one of each other array.
  CHECK(metadata_present(part) <= 4 * os::page_size());
  end_use(part, memory);
  part.purge(0, stretches, 0, 0);
  part.purge_metadata(0, stretches);
  CHECK(metadata_present(part) == stretches * sizeof(Stretch));
}

TEST_CASE("metadata waits until the pages of its granules have gone") {
  Reservation& part = opened_reservation();
  for (std::byte* const memory : use_all(part))
    end_use(part, memory);
  const std::size_t before = metadata_present(part);
  part.purge_metadata(0, stretches);
  CHECK(metadata_present(part) == before);
}

TEST_CASE("granules without metadata are lent again, the lowest first") {
  Reservation& part = opened_reservation();
  for (std::byte* const memory : use_all(part))
    end_use(part, memory);
  part.purge(0, stretches, 0, 0);
  part.purge_metadata(0, stretches);
  std::byte* const memory = use_granule(part);
  CHECK(memory == part.begin());
  CHECK(part.descriptor(0).owner() == 9);
  CHECK(part.descriptor(1).is_free());
  CHECK(part.ids()[granule_ids] == 0);
  CHECK(part.claim(stretch_granules - 1) == memory + granule_size);
}

TEST_CASE("upkeep gives the metadata of a burst back") {
  constexpr std::size_t loans = 2 * stretches;
  std::vector<Loan> all;
  for (std::size_t i = 0; i < loans; ++i) {
    all.push_back(system_upstream().lend({stretch_size}));
    REQUIRE(all.back());
  }
  // The last ones lie above what others in this program may still use.
  const Reservation* const part = the_space.find(all.back().memory);
  const std::atomic<std::uint32_t>* const ids =
      &the_space.id_at(all.back().memory) - (stretches - 1) * id_bytes / 4;
  REQUIRE(part->contains(all.back().memory - (stretches - 1) * stretch_size));
  CHECK(present(ids, stretches * id_bytes) >= stretches * os::page_size());
  for (const Loan& loan : all)
    system_upstream().take_back(loan);
  std::size_t left = 1;
  for (int i = 0; i < 400 && left != 0; ++i) {
    maintain(100'000'000);
    left = present(ids, stretches * id_bytes);
    if (left != 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(left == 0);
}
