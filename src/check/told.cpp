#include "check/told.hpp"

#include "base/memory_orders.hpp"
#include "base/sparse.hpp"
#include "port/last_words.hpp"

#include <atomic>

namespace tarn::check {
namespace {

using base::relaxed;

constexpr std::size_t places = 2048;
// So that a search ends.
constexpr std::uint64_t most_reports = 1000;

// Keys, by hash; 0: none yet. Entered by whoever tells first.
TARN_SPARSE constinit std::atomic<std::uint64_t> keys[places] = {};
// Count only.
constinit std::atomic<std::uint64_t> reports{0};
constinit std::atomic<std::uint64_t> repeats{0};

// FNV-1a, of Fowler, Noll and Vo.
constexpr std::uint64_t hash_basis = 14695981039346656037u;
constexpr std::uint64_t hash_prime = 1099511628211u;

constexpr void add(std::uint64_t& hash, std::uint64_t value) noexcept {
  for (int i = 0; i < 4; ++i, value >>= 8)
    hash = (hash ^ (value & 0xff)) * hash_prime;
}

// Two findings of no known stack are told apart by their words: all of the line
// but its numbers.
void add_words(std::uint64_t& hash, const char* text) noexcept {
  bool is_in_number = false;
  for (; *text != '\0'; ++text) {
    const bool is_digit = *text >= '0' && *text <= '9';
    const bool is_hex =
        is_in_number && ((*text >= 'a' && *text <= 'f') || *text == 'x');
    is_in_number = is_digit || is_hex;
    if (!is_in_number)
      add(hash, static_cast<unsigned char>(*text));
  }
}

std::uint64_t key_of(const Finding& finding, StackId found_by) noexcept {
  const Record* const record = finding.block.record;
  const StackId allocated_by = record == nullptr ? 0 : record->allocated_by;
  const StackId freed_by = record == nullptr ? 0 : record->freed_by;
  std::uint64_t hash = hash_basis;
  add(hash, static_cast<std::uint64_t>(finding.fault));
  add(hash, found_by);
  add(hash, allocated_by);
  add(hash, freed_by);
  if (found_by == 0 && allocated_by == 0 && freed_by == 0)
    add_words(hash, finding.line.text());
  return hash == 0 ? 1 : hash;
}

// Whether it is there already; it is, afterwards.
bool enter(std::uint64_t key) noexcept {
  for (std::size_t place = key % places;; place = (place + 1) % places) {
    std::uint64_t there = keys[place].load(relaxed);
    if (there == 0 && reports.load(relaxed) >= most_reports)
      return true;
    if (there == 0 && keys[place].compare_exchange_strong(there, key, relaxed))
      return false;
    if (there == key)
      return true;
  }
}

// Behind all else that the end of the program looks at.
constexpr int last_of_all = 101;

[[gnu::destructor(last_of_all)]] void tell_counts() noexcept {
  const ToldFaults now = told_faults();
  if (now.told == 0)
    return;
  base::Line line;
  line << "tarn: check: faults told: " << now.told
       << ", repeats of them: " << now.repeats << "\n";
  port::write_error(line.text(), line.size());
}

}  // namespace

bool was_told(const Finding& finding, StackId found_by) noexcept {
  const bool is_repeat = enter(key_of(finding, found_by));
  (is_repeat ? repeats : reports).fetch_add(1, relaxed);
  return is_repeat;
}

ToldFaults told_faults() noexcept {
  return {reports.load(relaxed), repeats.load(relaxed)};
}

}  // namespace tarn::check
