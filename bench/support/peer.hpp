// peer.hpp - one way to serve a request's allocations, and the list of all.
//
// A file in peers/ defines types of this shape and registers them by name:
//
//     struct Plain {
//       struct Shared {};                    // what a thread keeps
//       struct Request {                     // what lives for one request
//         explicit Request(Shared& shared);
//         void* allocate(std::size_t size);
//         void end(std::span<void*> blocks); // all that it allocated
//       };
//     };
//     const Registered<Plain> plain{"plain"};
//
// Every peer runs the same loop: take the next size, allocate, keep the
// pointer, write. Nobody's result is tested for null: memory is ample.
//
// Threads  a Peer is confined to one thread; what peers share, they lock.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/workload.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::bench {

/// What to do: `requests` times `blocks` blocks.
struct Job {
  std::size_t requests;
  std::size_t blocks;
  bool writes_whole;
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual void serve(const Job& job) = 0;
};

template <class Plain>
class PeerOf final : public Peer {
 public:
  void serve(const Job& job) override {
    blocks_.resize(job.blocks);
    for (std::size_t i = 0; i < job.requests; ++i)
      serve_one(job);
  }

 private:
  [[gnu::noinline]] void serve_one(const Job& job) {
    const std::uint32_t* const sizes = request_sizes().data();
    void** const blocks = blocks_.data();
    const std::size_t count = job.blocks;
    const bool writes_whole = job.writes_whole;
    std::size_t at = at_;
    typename Plain::Request request{shared_};
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t size = sizes[at++ % drawn_sizes];
      void* const block = request.allocate(size);
      blocks[i] = block;
      write_block(block, size, writes_whole);
    }
    at_ = at;
    request.end({blocks, count});
  }

  typename Plain::Shared shared_;
  std::vector<void*> blocks_;
  std::size_t at_ = 0;  // in the table of sizes
};

struct Entry {
  const char* name;
  std::unique_ptr<Peer> (*make)();
};

/// All that were registered, in no certain order.
[[nodiscard]] std::vector<Entry>& entries();

/// The one of that name, or null.
[[nodiscard]] const Entry* find_entry(std::string_view name);

template <class Plain>
struct Registered {
  explicit Registered(const char* name) {
    entries().push_back({name, []() -> std::unique_ptr<Peer> {
                           return std::make_unique<PeerOf<Plain>>();
                         }});
  }
};

}  // namespace tarn::bench
