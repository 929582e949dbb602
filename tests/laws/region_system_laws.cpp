// The laws of regions (region_program.hpp), most of them over the system lane,
// whose regions take and give back their chunks in straight lines of their own.
// The lane itself is the ledger's here: this file defines what port/world.hpp
// declares of it, so that it refuses, and counts, like any upstream.
// ONLY linux
#include "laws/region_program.hpp"

#include <bit>
#include <cstring>

namespace tarn::test {
namespace {

// As the system lane rounds.
std::size_t size_in_lane(std::size_t size) {
  constexpr std::size_t granule = 64 * KiB;
  if (size > 256 * KiB)
    return size > no_limit - granule ? size : detail::round_up(size, granule);
  return std::bit_ceil(std::max(size, 4 * KiB));
}

}  // namespace
}  // namespace tarn::test

namespace tarn::port {

Loan system_lend(const Ask& ask) noexcept {
  Ask whole = ask;
  whole.size = test::size_in_lane(ask.size);
  return test::Ledger::at_work->lend(whole, nullptr);
}

Loan system_lend_chunk(std::size_t size) noexcept {
  return system_lend({.size = size, .kind = PoolKind::region});
}

void system_take_back(Loan loan) noexcept {
  test::Ledger::at_work->take_back(loan, nullptr);
}

void system_take_back_list(void* chunks) noexcept {
  while (chunks != nullptr) {
    LentChunk chunk;
    std::memcpy(&chunk, chunks, sizeof chunk);
    system_take_back({static_cast<std::byte*>(chunks), chunk.size});
    chunks = chunk.next;
  }
}

void system_retag(Loan loan, std::uint32_t owner) noexcept {
  test::Ledger::at_work->retag(loan, owner);
}

}  // namespace tarn::port

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 4000};

void perform_all(std::span<const Step> steps) {
  Program program{Program::Lane::system};
  perform_each(program, steps);
}

}  // namespace tarn::test
