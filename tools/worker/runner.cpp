// runner.cpp - the loop over the corpus, once for each pool.
//
// SPDX-License-Identifier: MIT
#include "worker/runner.hpp"

#include "worker/floor.hpp"
#include "worker/pools.hpp"
#include "worker/timed_heap.hpp"

#include <stdexcept>
#include <utility>

namespace tarn::compare {
namespace {

using server::Answer;

template <class Pool>
class PoolRunner final : public Runner {
 public:
  template <class... PoolParts>
  PoolRunner(const server::Site& site,
             const std::vector<server::CorpusRequest>& corpus,
             PoolParts&&... parts)
      : site_(site),
        corpus_(corpus),
        pool_{std::forward<PoolParts>(parts)...} {}

  std::uint64_t pass() override {
    std::uint64_t sum = 0;
    for (const server::CorpusRequest& request : corpus_)
      sum = mixed(sum, one(request));
    return sum;
  }

  void serve_one(std::size_t number) override {
    static_cast<void>(one(corpus_[number]));
  }

  std::uint64_t timed_pass(Histogram& requests) override {
    std::uint64_t sum = 0;
    std::uint64_t began = ticks();
    for (const server::CorpusRequest& request : corpus_) {
      sum = mixed(sum, one(request));
      const std::uint64_t now = ticks();
      requests.add(now - began);
      began = now;
    }
    return sum;
  }

  std::uint64_t reading_pass() override {
    std::uint64_t sum = 0;
    for (const server::CorpusRequest& request : corpus_) {
      pool_.with_memory([&](auto& memory) {
        sum += server::read_only(memory, site_, request.bytes).checksum;
      });
      floor_.restart();
    }
    return sum;
  }

  std::vector<Answer> answers() override {
    std::vector<Answer> all;
    for (const server::CorpusRequest& request : corpus_)
      pool_.with_memory([&](auto& memory) {
        all.push_back(server::serve(memory, site_, request.bytes));
      });
    return all;
  }

 private:
  static std::uint64_t mixed(std::uint64_t sum, const Answer& answer) noexcept {
    // Any odd number does: it makes the order of the answers count.
    return sum * 31 + answer.checksum;
  }

  Answer one(const server::CorpusRequest& request) {
    Answer answer{};
    pool_.with_memory([&](auto& memory) {
      answer = server::serve(memory, site_, request.bytes);
    });
    floor_.restart();
    return answer;
  }

  const server::Site& site_;
  const std::vector<server::CorpusRequest>& corpus_;
  Pool pool_;
  Floor floor_;
};

using OrdinaryPool = MallocPool<server::OrdinaryMemory>;
using PmrPool = MallocPool<server::MallocMemory>;

}  // namespace

std::unique_ptr<Runner> make_runner(
    const std::string& style, Calls calls, const server::Site& site,
    const std::vector<server::CorpusRequest>& corpus) {
  const auto runner = [&]<class Pool>(std::type_identity<Pool>) {
    return std::unique_ptr<Runner>(new PoolRunner<Pool>(site, corpus));
  };
  const bool timed = calls == Calls::timed;
  if (style == "ordinary")
    return runner(std::type_identity<OrdinaryPool>());
  if (style == "pmr")
    return runner(std::type_identity<PmrPool>());
  if (style == "region")
    return timed ? runner(std::type_identity<TimedRegionPool>())
                 : runner(std::type_identity<RegionPool>());
  if (style == "heap")
    return timed ? runner(std::type_identity<HeapPool<TimedHeap>>())
                 : runner(std::type_identity<HeapPool<HeapResource>>());
  if (style == "apr")
    return timed ? runner(std::type_identity<TimedAprPool>())
                 : runner(std::type_identity<AprClearPool>());
  if (style == "monotonic")
    return timed ? runner(std::type_identity<TimedMonotonicPool>())
                 : runner(std::type_identity<MonotonicPool>());
  if (style == "monotonic-buffer" && !timed)
    return runner(std::type_identity<MonotonicBufferPool>());
  if (style == "monotonic-buffer")
    return std::make_unique<PoolRunner<TimedMonotonicPool>>(
        site, corpus, std::vector<std::byte>(monotonic_buffer));
  throw std::runtime_error("no style named " + style);
}

}  // namespace tarn::compare
