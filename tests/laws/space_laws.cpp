// Any program of lending, taking back and upkeep keeps the laws of the space.
// The same program runs here from a seed and under the fuzzer from its bytes.
//
//   law 1  what is lent overlaps with nothing else that is lent
//   law 2  it keeps its bytes, whatever is purged meanwhile
//   law 3  describe() tells of any address in it where it lies and whose it is
//   law 4  the figures never say less than what is lent
//   law 5  a chunk that came back is told as free or as nobody's
#include "tarn/describe.hpp"
#include "tarn/system.hpp"

#include "port/world.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>

namespace {

using namespace tarn;

struct Step {
  std::uint8_t kind;
  std::uint16_t amount;
};

struct Lent {
  std::size_t size;
  std::uint32_t owner;
  unsigned char mark;
};

class Program {
 public:
  ~Program() {
    while (!lent_.empty())
      take_back(0);
    for (const std::uint32_t id : ids_)
      if (id != 0)
        port::unregister_pool(id);
  }

  void perform(Step step) {
    constexpr std::size_t most = 200;
    const unsigned choice = step.kind % 16;
    if (choice < 7 && lent_.size() < most)
      lend(step.amount % 300'000u * (1u + step.kind / 16u), step.kind);
    else if (choice == 7)
      lend(std::size_t{step.amount} * 100, step.kind);
    else if (choice < 14 && !lent_.empty())
      take_back(step.amount % lent_.size());
    else if (choice == 14)
      maintain(step.amount);
    else
      rename(step);
    law(space_stats().held >= bytes_, "4: held covers what is lent");
  }

 private:
  static constexpr std::size_t names = 4;
  // Pages are looked at in these places only, or a step would take too long.
  static constexpr std::size_t stride = 8191;

  static void law(bool holds, const char* name) {
    if (holds)
      return;
    std::fprintf(stderr, "law %s: broken\n", name);
    std::abort();
  }

  void lend(std::size_t size, unsigned kind) {
    const std::size_t align = std::size_t{1} << (kind / 16 + 4);
    const std::uint32_t owner = ids_[kind % names];
    const Loan loan =
        port::system_lend({size, align, PoolKind::region, false, owner});
    law(static_cast<bool>(loan), "1: there is room for what is asked");
    law(loan.size >= size, "1: as much as asked");
    law(detail::address_of(loan.memory) % align == 0, "1: aligned as asked");
    const auto above = lent_.lower_bound(loan.memory);
    law(above == lent_.end() || loan.memory + loan.size <= above->first,
        "1: below the next");
    law(above == lent_.begin() ||
            std::prev(above)->first + std::prev(above)->second.size <=
                loan.memory,
        "1: above the one before");
    const auto mark = static_cast<unsigned char>(++marks_);
    for (std::size_t at = 0; at < loan.size; at += stride)
      loan.memory[at] = std::byte{mark};
    lent_[loan.memory] = {loan.size, owner, mark};
    bytes_ += loan.size;
  }

  void look_at(std::byte* memory, const Lent& lent) const {
    for (std::size_t at = 0; at < lent.size; at += stride)
      law(memory[at] == std::byte{lent.mark},
          "2: what is lent keeps its bytes");
    const Description found = describe(memory + lent.size - 1);
    law(found.start == memory, "3: its start is told");
    law(found.size == lent.size, "3: its size is told");
    law(found.offset == lent.size - 1, "3: the offset is told");
    law(found.id == lent.owner, "3: its pool is told");
    law(std::strcmp(found.name, port::pool_name(lent.owner)) == 0,
        "3: its name is told");
    const bool is_large = lent.size > 256 * KiB;
    law(found.kind == (is_large ? AddressKind::large : AddressKind::chunk),
        "3: its kind is told");
  }

  void take_back(std::size_t index) {
    const auto it = std::next(lent_.begin(), static_cast<long>(index));
    std::byte* const memory = it->first;
    const Lent lent = it->second;
    look_at(memory, lent);
    if (lent.owner != 0)
      port::system_retag({memory, lent.size}, 0);
    port::system_take_back({memory, lent.size});
    lent_.erase(it);
    bytes_ -= lent.size;
    const AddressKind kind = describe(memory).kind;
    law(kind == AddressKind::free || kind == AddressKind::unused,
        "5: what came back is nobody's");
  }

  // A pool ends and another begins; what was lent to the first is the other's.
  void rename(Step step) {
    std::uint32_t& id = ids_[1 + step.kind / 16 % (names - 1)];
    const std::string name = "pool " + std::to_string(step.amount);
    const std::uint32_t now =
        port::register_pool(PoolKind::region, name.c_str());
    law(now != id, "3: an id is never used again");
    for (auto& [memory, lent] : lent_)
      if (lent.owner == id && id != 0) {
        port::system_retag({memory, lent.size}, now);
        lent.owner = now;
      }
    if (id != 0)
      port::unregister_pool(id);
    id = now;
  }

  std::map<std::byte*, Lent> lent_;
  std::size_t bytes_ = 0;
  unsigned marks_ = 0;
  std::uint32_t ids_[names] = {};
};

}  // namespace

#ifdef TARN_FUZZ
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  Program program;
  for (std::size_t i = 0; i + 3 <= size; i += 3)
    program.perform(
        {data[i], static_cast<std::uint16_t>(data[i + 1] | data[i + 2] << 8)});
  return 0;
}
#else
int main(int argc, char** argv) {
  const unsigned seed =
      argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1u;
  std::printf("space_laws seed %u\n", seed);
  std::mt19937 random{seed};
  Program program;
  for (int i = 0; i < 30000; ++i)
    program.perform({static_cast<std::uint8_t>(random()),
                     static_cast<std::uint16_t>(random())});
}
#endif
