// What describe() and snapshot() tell of object pools.
#include "tarn/describe.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/stats.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace tarn;

namespace {

struct Order {
  std::byte bytes[104];
};
struct Picture {
  std::byte bytes[40'000];
};

std::string sentence(const void* p) {
  char line[200];
  describe(p, line, sizeof line);
  const std::string text{line};
  return text.substr(text.find(": ") + 2);
}

const PoolStats* find(const Snapshot& in, const char* name) {
  for (unsigned i = 0; i < in.pool_count; ++i)
    if (in.pools[i].kind == PoolKind::object_pool &&
        std::strcmp(in.pools[i].name, name) == 0)
      return &in.pools[i];
  return nullptr;
}

}  // namespace

TEST_CASE("an object is told with its pool and its slot") {
  ObjectPool<Order> orders{{.name = "order"}};
  const auto first = orders.acquire();
  const auto second = orders.acquire();
  const Description found = describe(&second->bytes[8]);
  CHECK(found.kind == AddressKind::block);
  CHECK(found.pool == PoolKind::object_pool);
  CHECK(found.start == &second->bytes[0]);
  CHECK(found.size == 104);
  CHECK(found.offset == 8);
  CHECK(found.slot == describe(first.get()).slot + 1);
  CHECK(sentence(&second->bytes[8]) ==
        "8 bytes into a 104-byte object of object pool 'order'; slot " +
            std::to_string(found.slot) + " of a slab");
}

TEST_CASE("an object that waits in its slab is told as free") {
  ObjectPool<Order> orders{{.name = "order", .magazines = false}};
  Order* const order = orders.acquire_raw();
  CHECK(describe(order).state == BlockState::unknown);
  orders.release(order);
  CHECK(describe(order).state == BlockState::free);
  CHECK(sentence(order).find("'order', free; slot ") != std::string::npos);
}

TEST_CASE("an object in a slab of many granules, and of no name, is told") {
  ObjectPool<Picture> pictures;
  const auto first = pictures.acquire();
  const auto second = pictures.acquire();
  CHECK(describe(&second->bytes[39'999]).start == &second->bytes[0]);
  CHECK(sentence(second.get())
            .find("40000-byte object of an unnamed object "
                  "pool") != std::string::npos);
}

TEST_CASE("the head of a slab is no object") {
  ObjectPool<Order> orders{{.name = "order"}};
  const auto order = orders.acquire();
  const void* const head =
      &detail::slab_of(order.get(), ObjectPool<Order>::slab_size);
  CHECK(describe(head).kind == AddressKind::chunk);
  CHECK(describe(head).id == describe(order.get()).id);
}

TEST_CASE("a snapshot has what object pools of a name hold") {
  ObjectPool<Order> orders{{.name = "order"}};
  ObjectPool<Picture> pictures{{.name = "picture"}};
  std::vector<Order*> all(1000);
  REQUIRE(orders.acquire_many(all.data(), all.size()) == all.size());
  const auto picture = pictures.acquire();
  const Snapshot now = snapshot();
  const PoolStats* const of_orders = find(now, "order");
  const PoolStats* const of_pictures = find(now, "picture");
  REQUIRE(of_orders != nullptr);
  REQUIRE(of_pictures != nullptr);
  CHECK(of_orders->held == orders.stats().held + orders.stats().own);
  CHECK(of_pictures->held == pictures.stats().held + pictures.stats().own);
  CHECK(of_orders->pieces >= orders.stats().slabs);
  orders.release_many(all.data(), all.size());
}
