// Any program of lending and taking back keeps the laws of a BufferUpstream.
//
//   law 1  a loan lies where the first fit by rising address is, or there is
//          none that fits
//   law 2  what is lent keeps its bytes
//   law 3  free_bytes() and largest_free() are those of the free places
//   law 4  owns() knows the buffer's bytes and no others
//   law 5  after everything came back, the largest ask is the whole again
//   law 6  check() holds after every step
// BOARD
#include "tarn/upstream.hpp"

#include "laws/law.hpp"

#include <cstring>
#include <optional>

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 3000};

namespace {

struct Lent {
  Loan loan;
  unsigned char mark;
};

class Program {
 public:
  Program() : memory_(most + unit) { begin_anew({0, 3, 20000}); }
  ~Program() { end(); }

  void perform(Step step) {
    const unsigned choice = step.kind % 32;
    if (choice == 0 && step.amount % 8 == 0)
      begin_anew(step);
    else if (choice == 1)
      return_all();
    else if (choice < 17)
      lend(spread(step.amount, 12), std::size_t{1} << step.which % 13);
    else if (choice == 17)
      lend(no_limit - step.amount, std::size_t{1} << step.which % 13);
    else if (!lent_.empty())
      take_back(step.amount % lent_.size());
    look();
  }

 private:
  static constexpr std::size_t unit = 16;
  static constexpr std::size_t most = 64 * KiB;

  // Another buffer: of any size from none, at any address.
  void begin_anew(Step step) {
    end();
    std::byte* const at = memory_.data() + step.which % unit;
    const std::size_t size = step.amount % (step.which < 64 ? 80 : most);
    first_ = detail::align_up(at, unit);
    const std::size_t gap = detail::bytes_between(at, first_);
    is_free_.assign(size < gap ? 0 : (size - gap) / unit, true);
    buffer_.emplace(at, size);
    look();
  }

  void end() {
    if (buffer_)
      return_all();
  }

  void return_all() {
    while (!lent_.empty())
      take_back(lent_.size() / 2);
    law(buffer_->largest_free() == is_free_.size() * unit,
        "5: the largest ask is the whole");
  }

  // The first fit, in units from the first one; the model's own answer.
  [[nodiscard]] std::size_t fit(std::size_t units, std::size_t align) const {
    for (std::size_t at = 0; at + units <= is_free_.size(); ++at) {
      if (detail::address_of(first_ + at * unit) % align != 0)
        continue;
      std::size_t free_units = 0;
      while (free_units < units && is_free_[at + free_units])
        ++free_units;
      if (free_units == units)
        return at;
    }
    return is_free_.size();
  }

  void lend(std::size_t size, std::size_t align) {
    const bool can_be = size <= is_free_.size() * unit;
    const std::size_t units = !can_be     ? 0
                              : size == 0 ? 1
                                          : detail::round_up(size, unit) / unit;
    const std::size_t at = can_be ? fit(units, align) : is_free_.size();
    const Loan loan = buffer_->lend({size, align});
    if (at == is_free_.size()) {
      law(!loan, "1: nothing fits");
      return;
    }
    law(loan.memory == first_ + at * unit, "1: the first fit");
    law(loan.size == units * unit, "1: the size in units");
    for (std::size_t i = at; i < at + units; ++i)
      is_free_[i] = false;
    const auto mark = static_cast<unsigned char>(++marks_);
    std::memset(loan.memory, mark, loan.size);
    lent_.push_back({loan, mark});
  }

  void take_back(std::size_t index) {
    const Lent lent = lent_[index];
    for (std::size_t i = 0; i < lent.loan.size; ++i)
      law(lent.loan.memory[i] == std::byte{lent.mark},
          "2: what is lent keeps its bytes");
    buffer_->take_back(lent.loan);
    const std::size_t at =
        detail::bytes_between(first_, lent.loan.memory) / unit;
    for (std::size_t i = 0; i < lent.loan.size / unit; ++i)
      is_free_[at + i] = true;
    lent_[index] = lent_.back();
    lent_.pop_back();
  }

  void look() const {
    std::size_t free_units = 0;
    std::size_t run = 0;
    std::size_t longest = 0;
    for (const bool is_free : is_free_) {
      run = is_free ? run + 1 : 0;
      free_units += is_free ? 1u : 0u;
      longest = run > longest ? run : longest;
    }
    law(buffer_->free_bytes() == free_units * unit, "3: the free bytes");
    law(buffer_->largest_free() == longest * unit, "3: the largest ask");
    law(buffer_->check(), "6: check() holds");
    const std::byte* const behind = first_ + is_free_.size() * unit;
    law(!buffer_->owns(behind), "4: not the byte behind");
    if (!is_free_.empty())
      law(buffer_->owns(first_) && buffer_->owns(behind - 1),
          "4: the first and the last byte");
  }

  std::vector<std::byte> memory_;
  std::optional<BufferUpstream> buffer_;
  std::byte* first_ = nullptr;  // the first unit
  std::vector<bool> is_free_;   // by unit
  std::vector<Lent> lent_;
  unsigned marks_ = 0;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  Program program;
  perform_each(program, steps);
}

}  // namespace tarn::test
