// What budget.hpp promises.
#include "tarn/budget.hpp"

#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using tarn::Budget;
using tarn::GiB;
using tarn::KiB;
using tarn::Loan;
using tarn::MiB;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

Loan lend(tarn::Upstream& upstream, std::size_t size, bool urgent = false) {
  return upstream.lend({.size = size, .urgent = urgent});
}

}  // namespace

TEST_CASE("what is lent through a budget is at most its limit, to the byte") {
  for (const std::size_t limit : {100 * KiB, 200 * KiB, MiB + 16}) {
    CountingUpstream upstream;
    Budget budget{"limit", limit, upstream};
    std::vector<Loan> loans;
    for (std::size_t sum = 0; sum + 16 <= limit;) {
      const std::size_t size = limit - sum < 4 * KiB ? 16 : 4 * KiB;
      loans.push_back(lend(budget, size));
      REQUIRE(loans.back());
      sum += size;
      CHECK(budget.held() == sum);
      CHECK(budget.held() == upstream.bytes_out());
    }
    CHECK_FALSE(lend(budget, 16));
    CHECK(budget.refusals() == 1);
    CHECK(budget.held() == limit);
    CHECK(budget.check());
    for (const Loan loan : loans)
      budget.take_back(loan);
    CHECK(budget.held() == 0);
    const Loan all = lend(budget, limit);
    CHECK(all);
    budget.take_back(all);
    CHECK(budget.high_water() == limit);
    CHECK(budget.check());
  }
}

TEST_CASE("a budget passes asks on as they are") {
  CountingUpstream upstream;
  Budget budget{"b", MiB, upstream};
  const Loan loan = budget.lend({.size = 100,
                                 .align = 256,
                                 .kind = tarn::PoolKind::heap,
                                 .urgent = true,
                                 .owner = 7});
  CHECK(upstream.asks[0].size == 100);
  CHECK(upstream.asks[0].align == 256);
  CHECK(upstream.asks[0].kind == tarn::PoolKind::heap);
  CHECK(upstream.asks[0].urgent);
  CHECK(upstream.asks[0].owner == 7);
  budget.take_back(loan);
}

TEST_CASE("a budget of zero refuses every ask") {
  CountingUpstream upstream;
  Budget budget{"none", 0, upstream};
  CHECK_FALSE(lend(budget, 1));
  CHECK_FALSE(lend(budget, 1, true));
  Region region{budget};
  CHECK(region.allocate(1) == nullptr);
  CHECK(upstream.asks.empty());
  CHECK(budget.refusals() >= 3);
  CHECK(budget.held() == 0);
}

TEST_CASE("the name is copied, at most 31 bytes of it") {
  std::string name = "tenant";
  const Budget budget{name.c_str(), 1};
  name = "nobody";
  CHECK(std::string(budget.name()) == "tenant");
  const std::string longer(40, 'n');
  CHECK(std::string(Budget{longer.c_str(), 1}.name()) == longer.substr(0, 31));
  CHECK(std::string(Budget{nullptr, 1}.name()).empty());
}

TEST_CASE("a refusal of the upstream counts, and leaves nothing held") {
  CountingUpstream upstream{0};
  Budget budget{"b", MiB, upstream};
  CHECK_FALSE(lend(budget, 100));
  CHECK(budget.refusals() == 1);
  CHECK(budget.held() == 0);
  CHECK(budget.check());
}

TEST_CASE("budgets nest: each limit holds for all below it") {
  CountingUpstream upstream;
  Budget server{"server", 100 * KiB, upstream};
  Budget first{"first", 80 * KiB, server};
  Budget second{"second", 80 * KiB, server};
  const Loan a = lend(first, 60 * KiB);
  REQUIRE(a);
  CHECK_FALSE(lend(first, 30 * KiB));
  CHECK_FALSE(lend(second, 50 * KiB));
  const Loan b = lend(second, 40 * KiB);
  REQUIRE(b);
  CHECK(server.held() == 100 * KiB);
  CHECK(first.held() == 60 * KiB);
  CHECK(second.held() == 40 * KiB);
  first.take_back(a);
  const Loan c = lend(second, 40 * KiB);
  CHECK(c);
  second.take_back(b);
  second.take_back(c);
  CHECK(server.held() == 0);
  CHECK(server.check());
}

TEST_CASE("rounding by the upstream counts, since it is really held") {
  CountingUpstream upstream;
  upstream.extra = KiB;
  Budget budget{"b", 10 * KiB, upstream};
  const Loan loan = lend(budget, 4 * KiB);
  REQUIRE(loan);
  CHECK(loan.size == 5 * KiB);
  CHECK(budget.held() == 5 * KiB);
  CHECK_FALSE(lend(budget, 4 * KiB + 1));
  CHECK(budget.held() == 5 * KiB);
  CHECK(upstream.loans_out() == 1);
  CHECK(budget.refusals() == 1);
  budget.take_back(loan);
  CHECK(budget.held() == 0);
}

TEST_CASE("headroom is for urgent asks only") {
  CountingUpstream upstream;
  Budget budget{"b", 100 * KiB, upstream, {.headroom = 40 * KiB}};
  const Loan usual = lend(budget, 60 * KiB);
  REQUIRE(usual);
  CHECK_FALSE(lend(budget, 16));
  const Loan urgent = lend(budget, 40 * KiB, true);
  REQUIRE(urgent);
  CHECK_FALSE(lend(budget, 16, true));
  budget.take_back(urgent);
  // What an urgent ask gave back is headroom again, and nobody's credit.
  CHECK_FALSE(lend(budget, 16));
  const Loan again = lend(budget, 40 * KiB, true);
  CHECK(again);
  budget.take_back(again);
  budget.take_back(usual);
  CHECK(budget.held() == 0);
}

TEST_CASE("a thread draws a thirty-second part ahead, 1 MiB at most") {
  for (const std::size_t limit : {32 * KiB, 3200 * KiB, 32 * MiB, 1 * GiB}) {
    CountingUpstream upstream;
    Budget budget{"b", limit, upstream};
    const std::size_t ahead = std::min(limit / 32, 1 * MiB);
    const std::size_t size = ahead / 16;
    std::vector<Loan> loans{lend(budget, size)};
    CHECK(budget.high_water() == size + ahead);
    for (std::size_t used = 0; used < ahead; used += size)
      loans.push_back(lend(budget, size));
    CHECK(budget.high_water() == size + ahead);
    loans.push_back(lend(budget, size));
    CHECK(budget.high_water() == 2 * (size + ahead));
    for (const Loan& loan : loans)
      budget.take_back(loan);
    CHECK(budget.check());
  }
}

TEST_CASE("what comes back is lent again before more is charged") {
  CountingUpstream upstream;
  constexpr std::size_t ahead = 100 * KiB;
  Budget budget{"b", 32 * ahead, upstream};
  const Loan first = lend(budget, ahead / 2);
  budget.take_back(first);
  const std::size_t charged = budget.high_water();
  REQUIRE(charged == ahead / 2 + ahead);
  const Loan second = lend(budget, charged);
  CHECK(budget.high_water() == charged);
  budget.take_back(second);
  // Of much that comes back at once, none stays with the thread.
  const Loan much = lend(budget, 4 * ahead);
  budget.take_back(much);
  const Loan more = lend(budget, 5 * ahead);
  CHECK(budget.high_water() == 5 * ahead + charged);
  budget.take_back(more);
}

TEST_CASE("credit that an urgent ask draws ahead is not for others") {
  CountingUpstream upstream;
  Budget budget{"b", MiB, upstream, {.headroom = MiB / 2}};
  const Loan usual = lend(budget, MiB / 2);
  REQUIRE(usual);
  const Loan urgent = lend(budget, 4 * KiB, true);
  REQUIRE(urgent);
  CHECK_FALSE(lend(budget, 4 * KiB));
  budget.take_back(urgent);
  budget.take_back(usual);
}

TEST_CASE("headroom larger than the limit leaves nothing to others") {
  CountingUpstream upstream;
  Budget budget{"b", 10 * KiB, upstream, {.headroom = MiB}};
  CHECK_FALSE(lend(budget, 16));
  const Loan urgent = lend(budget, 10 * KiB, true);
  CHECK(urgent);
  budget.take_back(urgent);
}

TEST_CASE("a cleanup may use the headroom") {
  struct Asking {
    Region* region;
    bool got = false;
    static void run(void* p) noexcept {
      auto* const asking = static_cast<Asking*>(p);
      asking->got = asking->region->allocate(100 * KiB) != nullptr;
    }
  };
  CountingUpstream upstream;
  Budget budget{"b", 300 * KiB, upstream, {.headroom = 200 * KiB}};
  Region region{budget};
  Asking asking{&region};
  REQUIRE(region.on_reset(Asking::run, &asking));
  CHECK(region.allocate(100 * KiB) == nullptr);
  region.reset();
  CHECK(asking.got);
}

TEST_CASE("a lower limit keeps what is held and lends when enough is back") {
  CountingUpstream upstream;
  Budget budget{"b", MiB, upstream};
  const Loan a = lend(budget, 300 * KiB);
  const Loan b = lend(budget, 300 * KiB);
  budget.set_limit(400 * KiB);
  CHECK(budget.limit() == 400 * KiB);
  CHECK(budget.held() == 600 * KiB);
  CHECK_FALSE(lend(budget, 16));
  budget.take_back(a);
  const Loan c = lend(budget, 100 * KiB);
  CHECK(c);
  CHECK_FALSE(lend(budget, 16));
  budget.take_back(b);
  budget.take_back(c);
  budget.set_limit(0);
  CHECK_FALSE(lend(budget, 1));
  budget.set_limit(GiB);
  const Loan d = lend(budget, MiB);
  CHECK(d);
  budget.take_back(d);
  CHECK(budget.check());
}

TEST_CASE("credit that came back does not outlive a lower limit") {
  CountingUpstream upstream;
  Budget budget{"b", 100 * KiB, upstream};
  const Loan a = lend(budget, 50 * KiB);
  const Loan b = lend(budget, 50 * KiB);
  budget.take_back(a);
  budget.set_limit(50 * KiB);
  CHECK_FALSE(lend(budget, 16));
  budget.take_back(b);
  const Loan c = lend(budget, 50 * KiB);
  CHECK(c);
  budget.take_back(c);
}

TEST_CASE("a size that cannot be is refused") {
  CountingUpstream upstream;
  Budget budget{"b", MiB, upstream};
  CHECK_FALSE(lend(budget, SIZE_MAX));
  CHECK_FALSE(lend(budget, SIZE_MAX - 64 * KiB));
  Budget endless{"e", SIZE_MAX, upstream};
  const Loan loan = lend(endless, MiB);
  CHECK(loan);
  CHECK_FALSE(lend(endless, SIZE_MAX - MiB));
  endless.take_back(loan);
  CHECK(endless.held() == 0);
  CHECK(endless.check());
}

TEST_CASE("near the end of a budget a region takes a smaller chunk") {
  CountingUpstream upstream;
  Budget budget{"b", 10 * KiB, upstream};
  Region region{budget};
  std::size_t sum = 0;
  while (region.allocate(112) != nullptr)
    sum += 112;
  CHECK(sum > 9 * KiB);
  CHECK(region.ran_out());
  CHECK(region.held() == budget.held());
  region.reset();
  CHECK_FALSE(region.ran_out());
}

TEST_CASE("a budget over the system counts what the system lends") {
  Budget budget{"b", 100 * KiB};
  Region region{budget};
  while (region.allocate(100) != nullptr) {
  }
  CHECK(budget.held() == region.held());
  CHECK(budget.held() <= 100 * KiB);
}
