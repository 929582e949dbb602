// coroutines.cpp - the frames of coroutines in the region of their request.
//
// A promise type that derives from RegionFrame takes its frame from the first
// Region& among the coroutine's parameters. With the static function
// get_return_object_on_allocation_failure a frame that cannot be had is a task
// without one, not an exception. Frames that end are used again by the next.
// SPDX-License-Identifier: MIT
#include "tarn/coroutine.hpp"
#include "tarn/region.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <utility>

namespace {

// A task that runs when it is awaited, and then gives an int.
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct promise_type : tarn::RegionFrame {
    static Task get_return_object_on_allocation_failure() noexcept {
      return Task{nullptr};
    }
    Task get_return_object() noexcept {
      return Task{Handle::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Resume {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle ended) noexcept {
        return ended.promise().awaiting;
      }
      void await_resume() noexcept {}
    };
    Resume final_suspend() noexcept { return {}; }
    void return_value(int given) noexcept { value = given; }
    void unhandled_exception() noexcept { std::terminate(); }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
    int value = 0;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_)
      handle_.destroy();
  }

  /// Whether memory for the frame was there. A task without one gives -1.
  [[nodiscard]] bool has_frame() const noexcept { return handle_ != nullptr; }

  bool await_ready() const noexcept { return !handle_; }
  Handle await_suspend(std::coroutine_handle<> awaiting) const noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  int await_resume() const noexcept {
    return handle_ ? handle_.promise().value : -1;
  }

  int run() const {
    if (handle_)
      handle_.resume();
    return await_resume();
  }

 private:
  explicit Task(Handle handle) noexcept : handle_(handle) {}

  Handle handle_;
};

Task read_field(tarn::Region&, int number) {
  co_return number* number;
}

// Not inlined, since a compiler may then elide the frame, and main() shows what
// happens where one cannot be had.
[[gnu::noinline]] Task handle(tarn::Region& request, int fields) {
  int sum = 0;
  for (int i = 1; i <= fields; ++i)
    sum += co_await read_field(request, i);
  co_return sum;
}

}  // namespace

int main() {
  tarn::Region request{{.name = "request"}};
  {
    const Task task = handle(request, 3);
    std::printf("three fields: %d\n", task.run());
  }
  const std::size_t held = request.held();
  {
    const Task task = handle(request, 1000);
    std::printf("a thousand fields: %d\n", task.run());
  }
  std::printf("their frames took %s\n", request.held() == held
                                            ? "the place of the first ones"
                                            : "more memory");
  request.reset();

  // A buffer that has no room for a frame.
  alignas(16) std::byte small[64];
  tarn::BufferUpstream upstream{small, sizeof small};
  tarn::Region starved{upstream};
  const Task task = handle(starved, 3);
  std::printf("without memory: %s, %d\n",
              task.has_frame() ? "a frame" : "no frame", task.run());
}

//> three fields: 14
//> a thousand fields: 333833500
//> their frames took the place of the first ones
// checked> their frames took more memory
//> without memory: no frame, -1
