// heap_threads.hpp - a few threads that take turns: each waits until it is
// asked to do one thing, and whoever asks waits until that is done.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tarn::test {

class Helper {
 public:
  Helper() : thread_([this] { work(); }) {}
  ~Helper() {
    ask(nullptr);
    thread_.join();
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;

  void run(const std::function<void()>& what) { ask(&what); }

 private:
  void ask(const std::function<void()>* what) {
    std::unique_lock locked{lock_};
    what_ = what;
    is_asked_ = true;
    changed_.notify_all();
    changed_.wait(locked, [this] { return !is_asked_; });
  }

  void work() {
    for (bool is_over = false; !is_over;) {
      std::unique_lock locked{lock_};
      changed_.wait(locked, [this] { return is_asked_; });
      is_over = what_ == nullptr;
      if (!is_over)
        (*what_)();
      is_asked_ = false;
      changed_.notify_all();
    }
  }

  std::mutex lock_;
  std::condition_variable changed_;
  const std::function<void()>* what_ = nullptr;
  bool is_asked_ = false;
  std::thread thread_;
};

/// Number 0 is the calling thread; the others start when first asked.
class Helpers {
 public:
  static constexpr unsigned count = 4;

  void run_on(unsigned which, const std::function<void()>& what) {
    if (which == 0)
      return what();
    std::unique_ptr<Helper>& helper = all_[which];
    if (helper == nullptr)
      helper = std::make_unique<Helper>();
    helper->run(what);
  }

  /// Lets the thread end; the next time it is another one.
  void end(unsigned which) { all_[which].reset(); }

 private:
  std::unique_ptr<Helper> all_[count];
};

}  // namespace tarn::test
