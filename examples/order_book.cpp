// order_book.cpp - a limit order book whose slowest order matters.
//
// Orders come and go by the hundred thousand, and the one that waits for the
// allocator is the one that loses. Here they are objects of a pool over memory
// that is present and locked before the market opens: reserve() has borrowed
// and constructed all orders that the day may need. What is still borrowed, at
// the first calls, are the thread's magazines: some 20 KiB.
//
// What a call took goes to standard error, since it differs from run to run.
// SPDX-License-Identifier: MIT
#include "tarn/object_pool.hpp"
#include "tarn/system.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t most_orders = 100'000;
constexpr std::size_t events = 1'000'000;
constexpr std::uint32_t prices = 1000;

// Lies in the queue of its price, the oldest first.
struct Order {
  std::uint64_t id;
  std::uint32_t price;
  std::uint32_t quantity;
  Order* older;
  Order* newer;

  void renew(std::uint64_t id_, std::uint32_t price_, std::uint32_t quantity_) {
    id = id_;
    price = price_;
    quantity = quantity_;
    older = newer = nullptr;
  }
};

// The system lends an upstream with options 64 KiB at least, so a slab is that.
struct OrderLife : tarn::KeepConstructed<Order> {
  static constexpr std::size_t slab_size = std::size_t{64} * 1024;
};

using Orders = tarn::ObjectPool<Order, OrderLife>;

class Book {
 public:
  explicit Book(Orders& orders) : orders_(orders) {}

  /// An offer to sell; null: the book is full.
  Order* offer(std::uint64_t id, std::uint32_t price, std::uint32_t quantity) {
    Order* const order = orders_.acquire_raw(id, price, quantity);
    if (order == nullptr)
      return nullptr;
    Queue& queue = queues_[price];
    order->older = queue.newest;
    (queue.newest != nullptr ? queue.newest->newer : queue.oldest) = order;
    queue.newest = order;
    best_ = std::min(best_, price);
    return order;
  }

  void cancel(Order* order) {
    Queue& queue = queues_[order->price];
    (order->older != nullptr ? order->older->newer : queue.oldest) =
        order->newer;
    (order->newer != nullptr ? order->newer->older : queue.newest) =
        order->older;
    orders_.release(order);
  }

  /// The oldest of the cheapest offers; null: there is none.
  Order* best() {
    while (best_ < prices && queues_[best_].oldest == nullptr)
      ++best_;
    return best_ < prices ? queues_[best_].oldest : nullptr;
  }

 private:
  struct Queue {
    Order* oldest = nullptr;
    Order* newest = nullptr;
  };

  Orders& orders_;
  Queue queues_[prices];
  std::uint32_t best_ = prices;
};

// What each call took, by the clock.
class Times {
 public:
  Times() { nanoseconds_.reserve(events); }

  template <class Call>
  void time(Call call) {
    const auto began = std::chrono::steady_clock::now();
    call();
    const auto took = std::chrono::steady_clock::now() - began;
    nanoseconds_.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
  }

  void report() {
    std::sort(nanoseconds_.begin(), nanoseconds_.end());
    std::fprintf(stderr,
                 "ns a call, the clock included: median %lld, 99 %% %lld, "
                 "99.9 %% %lld, longest %lld\n",
                 at_permille(500), at_permille(990), at_permille(999),
                 at_permille(1000));
  }

 private:
  [[nodiscard]] long long at_permille(std::size_t part) const {
    return nanoseconds_[part * (nanoseconds_.size() - 1) / 1000];
  }

  std::vector<long long> nanoseconds_;
};

// Offers and cancels at random, between half full and full.
void trade(Book& book, Times& times) {
  std::mt19937 random{1994};
  std::vector<Order*> open;
  open.reserve(most_orders);
  for (std::size_t id = 0; id < events; ++id) {
    const bool is_coin_head = random() % 2 == 0;
    if (open.size() < most_orders / 2 ||
        (is_coin_head && open.size() < most_orders)) {
      const auto price = static_cast<std::uint32_t>(random() % prices);
      Order* order = nullptr;
      times.time([&] { order = book.offer(id, price, 100); });
      if (order != nullptr)
        open.push_back(order);
    } else {
      std::swap(open[random() % open.size()], open.back());
      times.time([&] { book.cancel(open.back()); });
      open.pop_back();
    }
  }
}

}  // namespace

int main() {
  // Where so much may not be locked (RLIMIT_MEMLOCK), it is present at least.
  tarn::SystemUpstream locked{{.populate = true, .lock_memory = true}};
  tarn::SystemUpstream present{{.populate = true}};
  Orders in_locked{locked, {.name = "order"}};
  Orders in_present{present, {.name = "order"}};
  const bool is_locked = in_locked.reserve(most_orders);
  Orders& orders = is_locked ? in_locked : in_present;
  if (!is_locked && !orders.reserve(most_orders))
    return 1;
  std::fprintf(stderr, "the memory is %s\n", is_locked ? "locked" : "present");

  const std::size_t before = orders.stats().held;
  Book book{orders};
  Times times;
  trade(book, times);
  std::printf("%zu calls, %zu orders are open\n", events,
              orders.stats().in_use);
  std::printf("%zu bytes were borrowed for orders meanwhile\n",
              orders.stats().held - before);
  times.report();
  while (Order* const order = book.best())
    book.cancel(order);
}

//> 1000000 calls, 50112 orders are open
//> 0 bytes were borrowed for orders meanwhile
