// runner.hpp - serves the whole corpus, pass after pass, over one pool.
//
// Cost     a virtual call a pass.
// Threads  confined.
// Failure  make_runner throws std::runtime_error for a style it does not know
//          or whose library is missing.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/corpus.hpp"
#include "server/serve.hpp"
#include "worker/histogram.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::compare {

class Runner {
 public:
  virtual ~Runner() = default;

  /// Serves every request once and gives the checksum of all answers.
  virtual std::uint64_t pass() = 0;

  /// Serves the request of this number.
  virtual void serve_one(std::size_t number) = 0;

  /// As pass(), the time of each request counted.
  virtual std::uint64_t timed_pass(Histogram& requests) = 0;

  /// Only reads every request.
  virtual std::uint64_t reading_pass() = 0;

  /// The answers, one by one.
  virtual std::vector<server::Answer> answers() = 0;
};

enum class Calls : bool { plain, timed };

/// A runner for "ordinary", "pmr", "region", "heap", "apr", "monotonic" or
/// "monotonic-buffer".
[[nodiscard]] std::unique_ptr<Runner> make_runner(
    const std::string& style, Calls calls, const server::Site& site,
    const std::vector<server::CorpusRequest>& corpus);

}  // namespace tarn::compare
