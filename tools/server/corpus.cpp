// corpus.cpp - splits the request files at their "=== STATUS NAME" lines.
//
// SPDX-License-Identifier: MIT
#include "server/corpus.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tarn::server {
namespace {

constexpr std::string_view separator = "=== ";
constexpr std::string_view next_separator = "\n=== ";

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad())
    throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

// One request: "STATUS NAME\n", its bytes, and the line end before the next.
CorpusRequest read_one(const std::string& kind, std::string_view text) {
  const std::size_t line_end = text.find('\n');
  int status = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), status);
  const std::size_t digits = static_cast<std::size_t>(rest - text.data());
  if (error != std::errc{} || line_end == std::string_view::npos ||
      line_end <= digits + 1)
    throw std::runtime_error("corpus/" + kind +
                             ".requests: a separator must read "
                             "\"=== STATUS NAME\", not \"=== " +
                             std::string(text.substr(0, line_end)) + "\"");
  return {kind, std::string(text.substr(digits + 1, line_end - digits - 1)),
          std::string(text.substr(line_end + 1)), status};
}

void read_file(const std::filesystem::path& path,
               std::vector<CorpusRequest>& requests) {
  const std::string kind = path.stem().string();
  const std::string whole = read_whole(path);
  std::string_view text = whole;
  if (!text.starts_with(separator) || !text.ends_with('\n'))
    throw std::runtime_error("corpus/" + kind +
                             ".requests must begin with \"=== \" and end with "
                             "a line end");
  text.remove_prefix(separator.size());
  text.remove_suffix(1);
  while (true) {
    const std::size_t end = text.find(next_separator);
    requests.push_back(read_one(kind, text.substr(0, end)));
    if (end == std::string_view::npos)
      return;
    text.remove_prefix(end + next_separator.size());
  }
}

// A stride near the golden ratio spreads each kind over the whole sequence.
std::vector<CorpusRequest> mixed(std::vector<CorpusRequest> requests) {
  const std::size_t count = requests.size();
  std::size_t stride = count * 618 / 1000 + 1;
  while (std::gcd(stride, count) != 1)
    ++stride;
  std::vector<CorpusRequest> order;
  order.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    order.push_back(std::move(requests[i * stride % count]));
  return order;
}

}  // namespace

std::vector<CorpusRequest> load_corpus(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".requests")
      files.push_back(entry.path());
  if (files.empty())
    throw std::runtime_error("no *.requests in " + folder);
  std::sort(files.begin(), files.end());
  std::vector<CorpusRequest> requests;
  for (const auto& file : files)
    read_file(file, requests);
  return mixed(std::move(requests));
}

}  // namespace tarn::server
