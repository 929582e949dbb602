// corpus.hpp - the requests that the server is asked.
//
// Read from corpus/*.requests, whose format corpus/README.md describes. They
// are bytes as a client would send them; none is made up while running.
//
// Cost     reads the files once.
// Threads  shared once loaded.
// Failure  load() throws std::runtime_error, which says what is wrong where.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tarn::server {

struct CorpusRequest {
  std::string kind;   ///< the file's stem
  std::string name;   ///< unique within its kind
  std::string bytes;  ///< as sent
  int status;         ///< what the server has to answer
};

/// All requests, in an order that mixes the kinds and is always the same.
[[nodiscard]] std::vector<CorpusRequest> load_corpus(const std::string& folder);

}  // namespace tarn::server
