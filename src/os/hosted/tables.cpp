// Threads and names in standard C++: two small tables under one lock each.
#include "port/world.hpp"

#include <mutex>

namespace tarn::port {
namespace {

// Threads beyond the table share the last index, which is safe wherever an
// index is only a place to look first.
constexpr unsigned most_threads = 1024;
constexpr std::size_t most_pools = 4096;
constexpr std::size_t name_room = 32;

struct Threads {
  std::mutex lock;
  bool taken[most_threads];
};

constinit Threads threads{};

class ThisThread {
 public:
  ThisThread() noexcept {
    const std::lock_guard hold{threads.lock};
    while (index_ + 1 < most_threads && threads.taken[index_])
      ++index_;
    threads.taken[index_] = true;
  }
  ThisThread(const ThisThread&) = delete;
  ThisThread& operator=(const ThisThread&) = delete;
  ~ThisThread() {
    const std::lock_guard hold{threads.lock};
    threads.taken[index_] = false;
  }
  [[nodiscard]] unsigned index() const noexcept { return index_; }

 private:
  unsigned index_ = 0;
};

// An id is its place in the table plus a generation, so that it never returns
// to another pool while somebody may still hold it.
struct Names {
  std::mutex lock;
  struct {
    std::uint32_t id;
    bool is_taken;
    char text[name_room];
  } pools[most_pools];
  std::uint32_t next;
};

constinit Names names{};

}  // namespace

unsigned thread_index() noexcept {
  thread_local const ThisThread me;
  return me.index();
}

std::uint32_t register_pool(PoolKind, const char* name) noexcept {
  const std::lock_guard hold{names.lock};
  for (std::size_t tries = 0; tries < most_pools; ++tries) {
    const std::uint32_t id = ++names.next;
    auto& pool = names.pools[id % most_pools];
    if (pool.is_taken || id == 0)
      continue;
    pool.is_taken = true;
    pool.id = id;
    std::size_t i = 0;
    for (; name[i] != '\0' && i + 1 < name_room; ++i)
      pool.text[i] = name[i];
    pool.text[i] = '\0';
    return id;
  }
  return 0;
}

void unregister_pool(std::uint32_t id) noexcept {
  const std::lock_guard hold{names.lock};
  names.pools[id % most_pools].is_taken = false;
}

const char* pool_name(std::uint32_t id) noexcept {
  const auto& pool = names.pools[id % most_pools];
  return id != 0 && pool.id == id ? pool.text : "";
}

}  // namespace tarn::port
