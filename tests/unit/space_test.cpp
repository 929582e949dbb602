#include "span/space.hpp"

#include "os/memory.hpp"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <doctest/doctest.h>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace tarn;
using namespace tarn::span;

constexpr std::size_t four_stretches = 4 * stretch_size;

// Never given back, as the real one; a small one, so that tests can fill it.
Reservation& small_reservation(std::size_t size) {
  static std::deque<Reservation> all;
  Reservation& part = all.emplace_back();
  REQUIRE(part.start(size, size + granule_size));
  REQUIRE(part.size() == size);
  return part;
}

std::size_t present(std::byte* memory) {
  return os::present(memory, granule_size);
}

}  // namespace

TEST_CASE("find_run finds the lowest run of ones, or 64") {
  CHECK(find_run(0, 1) == 64);
  CHECK(find_run(~std::uint64_t{0}, 64) == 0);
  CHECK(find_run(0b1011'0111'0000, 1) == 4);
  CHECK(find_run(0b1011'0111'0000, 2) == 4);
  CHECK(find_run(0b1011'0111'0000, 3) == 4);
  CHECK(find_run(0b1011'0111'0000, 4) == 64);
  for (unsigned count = 1; count <= 64; ++count)
    for (unsigned place = 0; place + count <= 64; ++place) {
      const std::uint64_t run = low_bits(count) << place;
      CHECK(find_run(run, count) == place);
      if (count < 64)
        CHECK(find_run(run, count + 1) == 64);
    }
}

TEST_CASE("step_of gives the smallest chunk that holds a size") {
  for (std::size_t size = 1; size <= largest_chunk; size += 1021) {
    const unsigned step = step_of(size);
    CHECK(chunk_size(step) >= size);
    CHECK((step == 0 || chunk_size(step - 1) < size));
  }
  CHECK(step_of(smallest_chunk) == 0);
  CHECK(step_of(smallest_chunk + 1) == 1);
  CHECK(step_of(largest_chunk) == steps - 1);
}

TEST_CASE("a claim gives the lowest address that is free") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const a = part.claim(3);
  std::byte* const b = part.claim(2);
  std::byte* const c = part.claim(1);
  CHECK(a == part.begin());
  CHECK(b == a + 3 * granule_size);
  CHECK(c == b + 2 * granule_size);
  part.release(a, 3);
  CHECK(part.claim(4) == c + granule_size);
  CHECK(part.claim(3) == a);
  part.release(b, 2);
  CHECK(part.claim(1) == b);
  CHECK(part.claim(1) == b + granule_size);
}

TEST_CASE("threads claim apart as long as their parts of a stretch last") {
  constexpr std::size_t own = stretch_granules / 8;
  Reservation& part = small_reservation(stretch_size);
  std::byte* first[2] = {};
  for (std::size_t i = 0; i < own; ++i)
    for (const unsigned thread : {0u, 1u}) {
      std::byte* const claimed = part.claim(1, thread);
      if (i == 0)
        first[thread] = claimed;
      CHECK(claimed == first[thread] + i * granule_size);
    }
  CHECK(first[0] != first[1]);
  // A thread eight numbers further on shares the part; then all have the rest.
  part.release(first[1], 1);
  CHECK(part.claim(1, 9) == first[1]);
  for (std::size_t i = 2 * own; i < stretch_granules; ++i)
    CHECK(part.claim(1, 1) != nullptr);
  CHECK(part.claim(1, 1) == nullptr);
}

TEST_CASE("a claim is usable memory, all of it") {
  Reservation& part = small_reservation(four_stretches);
  for (const std::size_t granules : {1u, 63u, 64u, 65u}) {
    std::byte* const memory = part.claim(granules);
    REQUIRE(memory != nullptr);
    std::memset(memory, 0x5a, granules * granule_size);
    CHECK(memory[granules * granule_size - 1] == std::byte{0x5a});
  }
}

TEST_CASE("a full reservation refuses, and serves again what is released") {
  Reservation& part = small_reservation(four_stretches);
  const std::size_t granules = part.granules();
  std::vector<std::byte*> all;
  while (std::byte* const memory = part.claim(1))
    all.push_back(memory);
  CHECK(all.size() == granules);
  for (std::size_t i = 0; i < granules; i += 7)
    part.release(all[i], 1);
  for (std::size_t i = 0; i < granules; i += 7)
    CHECK(part.claim(1) == all[i]);
  CHECK(part.claim(1) == nullptr);
}

TEST_CASE("a run longer than a stretch begins behind what is in use") {
  constexpr std::size_t length = stretch_granules + 5;
  Reservation& part = small_reservation(four_stretches);
  std::byte* const one = part.claim(1);
  std::byte* const run = part.claim(length);
  CHECK(run == one + granule_size);
  CHECK(part.claim(1) == run + length * granule_size);
  part.release(one, 1);
  part.release(run, length);
  CHECK(part.claim(length + 1) == part.begin());
  CHECK(part.claim(4 * stretch_granules) == nullptr);
}

TEST_CASE("a run longer than a stretch takes the shortest gap that fits") {
  constexpr std::size_t length = stretch_granules + 5;
  Reservation& part = small_reservation(four_stretches);
  std::byte* const wide = part.claim(length + 20);
  std::byte* const between = part.claim(1);
  std::byte* const narrow = part.claim(length + 1);
  CHECK(part.claim(1) == narrow + (length + 1) * granule_size);
  part.release(wide, length + 20);
  part.release(narrow, length + 1);
  CHECK(part.claim(length) == narrow);
  CHECK(part.claim(length) == wide);
  CHECK(part.claim(length) > between + stretch_size);
}

TEST_CASE("purge gives the pages of idle granules back and no others") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const kept = part.claim(2);
  std::byte* const idle = part.claim(60);
  std::memset(kept, 1, 2 * granule_size);
  std::memset(idle, 2, 60 * granule_size);
  part.release(idle, 60);
  CHECK(part.purge(0, 1, 1000, 250) == 0);
  CHECK(part.purge(0, 1, 1250, 250) == 30 * granule_size);
  CHECK(present(idle) == granule_size);
  CHECK(present(idle + 59 * granule_size) == 0);
  CHECK(part.purge(0, 1, 1250, 250) == 0);
  CHECK(part.purge(0, 1, 1500, 250) == 15 * granule_size);
  CHECK(part.purge(0, 1, 2000, 250) == 15 * granule_size);
  CHECK(present(idle) == 0);
  CHECK(present(kept) == granule_size);
  for (std::size_t i = 0; i < 2 * granule_size; i += 4096)
    CHECK(kept[i] == std::byte{1});
  CHECK(part.claim(60) == idle);
  CHECK(idle[0] == std::byte{0});
}

TEST_CASE("granules with pages are lent before bare ones at lower addresses") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const all = part.claim(3 * stretch_granules);
  std::byte* const warm = all + 2 * stretch_size + 5 * granule_size;
  part.release(all, 2 * stretch_granules);
  part.purge(0, 4, 0, 0);
  part.release(warm, 4);
  CHECK(part.claim(5) == all);
  CHECK(part.claim(3) == warm);
  CHECK(part.claim(2) == all + 5 * granule_size);
  CHECK(part.claim(1) == warm + 3 * granule_size);
  CHECK(part.claim(1) == all + 7 * granule_size);
}

TEST_CASE("what idles long goes though others beside it come and go") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const all = part.claim(40);
  part.release(all, 40);
  part.purge(0, 1, 1000, 250);
  std::size_t purged = 0;
  for (std::uint32_t now = 1010; now < 3500; now += 10) {
    CHECK(part.claim(8) == all);
    part.release(all, 8);
    purged += part.purge(0, 1, now, 250);
  }
  CHECK(purged == 32 * granule_size);
}

TEST_CASE("a reserve keeps what was needed in the last eight windows") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const all = part.claim(40);
  const auto after_a_swing = [&](std::uint32_t quiet, std::size_t reserve) {
    part.release(all, 40);
    part.purge(0, 4, 10'000, 0);
    REQUIRE(part.claim(40) == all);
    part.release(all, 40);
    std::size_t purged = 0;
    for (std::uint32_t window = 0; window <= quiet; ++window) {
      std::size_t left = reserve;
      purged += part.purge(0, 1, 20'000 + window * 250, 250, &left);
    }
    REQUIRE(part.claim(40) == all);
    return purged / granule_size;
  };
  CHECK(after_a_swing(3, 0) == 40);
  CHECK(after_a_swing(3, 12) == 28);
  CHECK(after_a_swing(7, 12) == 28);
  CHECK(after_a_swing(8, 12) == 40);
  CHECK(after_a_swing(7, 64) == 0);
}

TEST_CASE("purge by amount asks for no age") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const run = part.claim(3 * stretch_granules);
  std::memset(run, 3, 3 * stretch_size);
  part.release(run, 3 * stretch_granules);
  CHECK(part.purge(0, 4, 5, 0) == 3 * stretch_size);
  CHECK(part.purge(0, 4, 5, 0) == 0);
  CHECK(present(run + 2 * stretch_size) == 0);
  CHECK(part.claim(3 * stretch_granules) == run);
}

TEST_CASE("purge takes the pages of single granules, wherever they lie") {
  Reservation& part = small_reservation(four_stretches);
  std::byte* const all = part.claim(2 * stretch_granules);
  std::memset(all, 4, 2 * stretch_size);
  constexpr std::size_t places[] = {0, 5, 7, 8, 31, 32, 62, 63, 64, 90, 127};
  for (const std::size_t place : places) {
    std::byte* const one = all + place * granule_size;
    part.release(one, 1);
    CHECK(part.purge(0, 4, 1000, 0) == granule_size);
    CHECK(present(one) == 0);
    CHECK(part.claim(1) == one);
    CHECK(one[0] == std::byte{0});
    std::memset(one, 4, granule_size);
  }
  for (const std::size_t place : places)
    part.release(all + place * granule_size, 1);
  CHECK(part.purge(0, 4, 1000, 0) == std::size(places) * granule_size);
  std::size_t left = 0;
  for (std::size_t at = 0; at < 2 * stretch_granules; ++at)
    left += present(all + at * granule_size);
  CHECK(left == (2 * stretch_granules - std::size(places)) * granule_size);
}

TEST_CASE("the page map tells use, owner and the way to the start") {
  Space space;
  std::byte* const memory = space.claim(40, Use::large, 2, 7);
  REQUIRE(memory != nullptr);
  Reservation* const part = space.find(memory);
  REQUIRE(part != nullptr);
  std::size_t index = part->index_of(memory) + 39;
  CHECK(part->descriptor(index).is(Use::large));
  CHECK(part->descriptor(index).extra() == 2);
  CHECK(part->descriptor(index).owner() == 7);
  while (part->descriptor(index).offset() != 0)
    index -= part->descriptor(index).offset();
  CHECK(part->granule(index) == memory);
  CHECK(part->descriptor(part->index_of(memory) + 40).is_free());
  space.release(memory, 40);
  CHECK(part->descriptor(part->index_of(memory)).is_free());
}

TEST_CASE("claim_aligned gives back what lies before and behind") {
  Space space;
  std::byte* const first = space.claim(3, Use::large, 0);
  constexpr std::size_t align = 1 * MiB;
  std::byte* const memory = space.claim_aligned(5, align, Use::large, 0);
  REQUIRE(memory != nullptr);
  CHECK(detail::address_of(memory) % align == 0);
  std::byte* const next = space.claim(1, Use::large, 0);
  CHECK(next == first + 3 * granule_size);
}

TEST_CASE("a second reservation serves when the first is full") {
  Space space;
  const std::size_t much = 3 * GiB / granule_size;
  // More than one reservation of any size that a test machine grants at once
  // is not needed: the ladder is asked for what the first cannot hold.
  std::byte* const one = space.claim(1, Use::large, 0);
  REQUIRE(one != nullptr);
  const std::size_t first = space.reservation(0).granules();
  std::byte* const rest =
      first > much ? nullptr
                   : space.claim(first - stretch_granules, Use::large, 0);
  if (rest != nullptr) {
    std::byte* const further = space.claim(first / 2, Use::large, 0);
    CHECK(further != nullptr);
    CHECK(space.reservations() == 2);
    CHECK(space.find(further) == &space.reservation(1));
    CHECK(space.granule(space.number_of(further)) == further);
  }
  CHECK(space.granule(space.number_of(one)) == one);
}

TEST_CASE("a run that no address space holds is refused and reserves nothing") {
  Space space;
  CHECK(space.claim(no_limit / granule_size, Use::large, 0) == nullptr);
  CHECK(space.claim(no_limit / granule_size / 2 + 1, Use::large, 0) == nullptr);
  CHECK(space.reservations() == 0);
}

TEST_CASE("there are sixteen reservations, and then nothing more") {
  const char* const before = std::getenv("TARN_RESERVE");
  const std::string kept = before != nullptr ? before : "";
  REQUIRE(setenv("TARN_RESERVE", "8M", 1) == 0);
  Space space;
  std::vector<std::byte*> all;
  while (std::byte* const memory =
             space.claim(stretch_granules, Use::large, 0)) {
    all.push_back(memory);
    REQUIRE(all.size() <= Space::most_reservations);
  }
  CHECK(all.size() == Space::most_reservations);
  CHECK(space.reservations() == Space::most_reservations);
  for (std::byte* const memory : all) {
    CHECK(space.granule(space.number_of(memory)) == memory);
    space.release(memory, stretch_granules);
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(space.claim(stretch_granules, Use::large, 0) == all[i]);
  CHECK(space.claim(1, Use::large, 0) == nullptr);
  if (before != nullptr)
    setenv("TARN_RESERVE", kept.c_str(), 1);
  else
    unsetenv("TARN_RESERVE");
}

TEST_CASE("a reservation takes no more than it may, its metadata included") {
  for (const std::size_t most : {8 * MiB, 64 * MiB, 1 * GiB}) {
    Reservation part;
    CHECK_FALSE(part.start(most, most));
    CHECK(part.size() == 0);
    REQUIRE(part.start(stretch_size, most));
    CHECK(part.size() + part.metadata_size() <= most);
    CHECK(part.size() + 2 * stretch_size > most);
  }
}

TEST_CASE("a refusing system leaves everything as it was") {
  // Reserving, the arrays, opening the first stretch, and making its part of
  // each of five arrays writable.
  constexpr long requests = 8;
  for (long allowed = 0; allowed <= requests; ++allowed) {
    Space space;
    os::refuse_requests_after(allowed);
    std::byte* const memory = space.claim(1, Use::large, 0);
    os::refuse_requests_after(-1);
    CHECK((memory != nullptr) == (allowed >= requests));
    std::byte* const again = space.claim(1, Use::large, 0);
    REQUIRE(again != nullptr);
    again[0] = std::byte{1};
    CHECK(again != memory);
  }
}

TEST_CASE("pages given back read as zero, also where they are locked") {
  std::byte* const memory = the_space.claim(1, Use::large, 0);
  REQUIRE(memory != nullptr);
  std::memset(memory, 0xA5, granule_size);
  constexpr std::size_t page = 4 * KiB;
  // Where even a page may not be locked it goes back as the others do.
  const bool is_locked = os::lock_pages(memory, page);
  the_space.find(memory)->give_back_pages(memory, granule_size);
  for (std::size_t i = 0; i < granule_size; i += 64)
    REQUIRE(memory[i] == std::byte{0});
  if (is_locked)
    os::unlock_pages(memory, page);
  the_space.release(memory, 1);
}
