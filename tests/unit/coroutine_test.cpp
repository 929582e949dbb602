// What coroutine.hpp promises of frames in a region.
#include "tarn/coroutine.hpp"

#include "support/counting_upstream.hpp"

#include <coroutine>
#include <doctest/doctest.h>
#include <exception>
#include <utility>

using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

// A coroutine that gives a sum when it is resumed to its end.
class Task {
 public:
  struct promise_type : tarn::RegionFrame {
    static Task get_return_object_on_allocation_failure() { return Task{}; }
    Task get_return_object() {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(int value) { result = value; }
    void unhandled_exception() { std::terminate(); }
    int result = 0;
  };

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_)
      handle_.destroy();
  }

  [[nodiscard]] bool has_frame() const { return static_cast<bool>(handle_); }
  [[nodiscard]] void* frame() const { return handle_.address(); }
  int finish() {
    while (!handle_.done())
      handle_.resume();
    return handle_.promise().result;
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

Task add(Region&, int a, int b) {
  co_await std::suspend_always{};
  co_return a + b;
}

Task add_two(Region&, Region&) {
  co_return 2;
}

struct Handler {
  int base;
  Task handle(Region&, int a) { co_return base + a; }
};

}  // namespace

TEST_CASE("a coroutine takes its frame from its first parameter's region") {
  CountingUpstream upstream;
  Region region{upstream};
  Task task = add(region, 3, 4);
  REQUIRE(task.has_frame());
  CHECK(region.owns(task.frame()));
  CHECK(task.finish() == 7);
}

TEST_CASE("a member takes its frame from its first parameter's region") {
  CountingUpstream upstream;
  Region region{upstream};
  Handler handler{10};
  Task task = handler.handle(region, 5);
  CHECK(region.owns(task.frame()));
  CHECK(task.finish() == 15);
}

TEST_CASE("of two regions the first gives the frame") {
  CountingUpstream upstream;
  Region first{upstream};
  Region second{upstream};
  Task task = add_two(first, second);
  CHECK(first.owns(task.frame()));
  CHECK(task.finish() == 2);
}

TEST_CASE("a frame that ends goes back to its region, for the next one") {
  CountingUpstream upstream;
  Region region{upstream};
  const void* frame = nullptr;
  for (int i = 0; i < 100; ++i) {
    Task task = add(region, i, i);
    if (i == 0)
      frame = task.frame();
    CHECK(task.frame() == frame);
    CHECK(task.finish() == 2 * i);
  }
  CHECK(region.stats().used == 0);
}

TEST_CASE("running out of a frame is a value") {
  CountingUpstream upstream{0};
  Region region{upstream};
  const Task task = add(region, 1, 2);
  CHECK_FALSE(task.has_frame());
  CHECK(region.ran_out());
}
