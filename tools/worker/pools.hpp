// pools.hpp - where the worker's requests get their memory.
//
// Each pool has with_memory(use): it makes what a request needs, lets `use`
// have it, and ends it. Those that give everything back at once do it in the
// form that measures better for them: APR clears, tarn resets,
// monotonic_buffer_resource starts anew.
//
// Cost     that of the pool.
// Threads  confined.
// Failure  as the pool.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/memory.hpp"
#include "worker/apr_pool.hpp"
#include "worker/call_clock.hpp"
#include "worker/timed_resource.hpp"

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>

namespace tarn::compare {

/// Ordinary code and the pmr code over malloc: nothing to make or end.
template <class Memory>
struct MallocPool {
  template <class Use>
  void with_memory(Use&& use) {
    Memory memory;
    use(memory);
  }
};

/// Room for nearly every request of the corpus: what it does not use of a chunk
/// is never touched, and a reset that gives no chunk back is over at once.
inline constexpr RegionOptions request_region{.first_chunk = 256 * KiB};

struct RegionPool {
  template <class Use>
  void with_memory(Use&& use) {
    server::RegionMemory memory{region};
    use(memory);
    region.reset();
  }

  Region region{request_region};
};

/// The pmr code over default_heap(), or over one that times its calls: as over
/// malloc, each block is given back.
template <class Resource>
struct HeapPool {
  template <class Use>
  void with_memory(Use&& use) {
    server::MallocMemory memory{&resource};
    use(memory);
  }

  Resource resource;
};

struct AprClearPool {
  template <class Use>
  void with_memory(Use&& use) {
    {
      server::ResourceMemory memory{&apr};
      use(memory);
    }
    apr.clear();
  }

  AprPool apr;
};

/// What a request of the corpus needs fits into this, but for the largest.
inline constexpr std::size_t monotonic_buffer = 64 * 1024;

struct MonotonicBufferPool {
  template <class Use>
  void with_memory(Use&& use) {
    std::pmr::monotonic_buffer_resource resource{buffer.data(), buffer.size()};
    server::ResourceMemory memory{&resource};
    use(memory);
  }

  alignas(std::max_align_t) std::array<std::byte, monotonic_buffer> buffer;
};

struct MonotonicPool {
  template <class Use>
  void with_memory(Use&& use) {
    std::pmr::monotonic_buffer_resource resource;
    server::ResourceMemory memory{&resource};
    use(memory);
  }
};

// The same once more with every call timed: making and ending are calls too.

struct TimedRegionPool {
  template <class Use>
  void with_memory(Use&& use) {
    {
      TimedResource<Region> resource{region};
      server::ResourceMemory memory{&resource};
      use(memory);
    }
    call_clock.time([this] { region.reset(); });
  }

  Region region{request_region};
};

struct TimedAprPool {
  template <class Use>
  void with_memory(Use&& use) {
    {
      TimedResource<AprPool> resource{apr};
      server::ResourceMemory memory{&resource};
      use(memory);
    }
    call_clock.time([this] { apr.clear(); });
  }

  AprPool apr;
};

struct TimedMonotonicPool {
  template <class Use>
  void with_memory(Use&& use) {
    std::optional<OpenMonotonic> behind;
    call_clock.time([this, &behind] {
      if (buffer.empty())
        behind.emplace();
      else
        behind.emplace(buffer.data(), buffer.size());
    });
    {
      TimedResource<OpenMonotonic> resource{*behind};
      server::ResourceMemory memory{&resource};
      use(memory);
    }
    call_clock.time([&behind] { behind.reset(); });
  }

  std::vector<std::byte> buffer;  ///< empty: without an initial one
};

}  // namespace tarn::compare
