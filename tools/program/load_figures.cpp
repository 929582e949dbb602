// load_figures.cpp - one reader for each command, told by words that only it
// says.
//
// SPDX-License-Identifier: MIT
#include "program/load_figures.hpp"

#include "common/refusal.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

namespace tarn::program {
namespace {

constexpr char rate_name[] = "requests/s";

template <class Act>
void each_line(const std::string& text, Act act) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line))
    // What was written over on a terminal is not what stands there.
    act(line.substr(
        line.rfind('\r', line.size() - (line.ends_with('\r') ? 2 : 1)) + 1));
}

// What follows `label`, or nothing.
bool read_behind(const std::string& line, const std::string& label,
                 double& value) {
  const std::size_t at = line.find(label);
  if (at == std::string::npos)
    return false;
  const char* const begin = line.c_str() + at + label.size();
  char* end = nullptr;
  value = std::strtod(begin, &end);
  return end != begin;
}

// "1.23ms", "456.00us", "1.20s", "2.00m" in milliseconds.
double milliseconds_of(const std::string& text) {
  char* unit = nullptr;
  const double value = std::strtod(text.c_str(), &unit);
  const std::string name = unit;
  return value * (name == "us"   ? 0.001
                  : name == "ms" ? 1
                  : name == "s"  ? 1000
                  : name == "m"  ? 60'000
                                 : 3'600'000);
}

// Of the many that commands print, those that people ask for.
bool is_percentile(const std::string& word) {
  if (word.size() < 2 || !word.ends_with('%'))
    return false;
  const double value = std::strtod(word.c_str(), nullptr);
  return value == 50 || value == 90 || (value >= 99 && value < 100);
}

// "99%" and "99.000%" are p99.
std::string percentile_name(std::string word) {
  word.pop_back();
  if (word.find('.') != std::string::npos) {
    word.erase(word.find_last_not_of('0') + 1);
    if (word.ends_with('.'))
      word.pop_back();
  }
  return "p" + word + " ms";
}

void read_wrk(const std::string& text, LoadReading& reading) {
  each_line(text, [&reading](const std::string& line) {
    double value = 0;
    std::istringstream words(line);
    std::string first;
    std::string second;
    words >> first >> second;
    if (read_behind(line, "Requests/sec:", value))
      reading.figures.insert(reading.figures.begin(),
                             {rate_name, Better::more, value});
    else if (first == "Latency" && second != "Distribution")
      reading.figures.push_back(
          {"mean ms", Better::less, milliseconds_of(second)});
    else if (is_percentile(first))
      reading.figures.push_back(
          {percentile_name(first), Better::less, milliseconds_of(second)});
    else if (line.find("Non-2xx or 3xx responses:") != std::string::npos ||
             line.find("Socket errors:") != std::string::npos)
      reading.complaints.push_back(line);
  });
}

void read_ab(const std::string& text, LoadReading& reading) {
  each_line(text, [&reading](const std::string& line) {
    double value = 0;
    std::istringstream words(line);
    std::string first;
    double second = 0;
    words >> first >> second;
    if (read_behind(line, "Requests per second:", value))
      reading.figures.push_back({rate_name, Better::more, value});
    else if (line.find("(mean)") != std::string::npos &&
             read_behind(line, "Time per request:", value))
      reading.figures.push_back({"mean ms", Better::less, value});
    else if (is_percentile(first))
      reading.figures.push_back({percentile_name(first), Better::less, second});
    else if ((read_behind(line, "Failed requests:", value) ||
              read_behind(line, "Non-2xx responses:", value)) &&
             value > 0)
      reading.complaints.push_back(line);
  });
}

// `SET: 101010.10 requests per second, p50=0.247 msec`, as with -q.
void read_redis_line(const std::string& line, LoadReading& reading) {
  const std::size_t said = line.find(" requests per second");
  const std::size_t colon = line.rfind(": ", said);
  if (said == std::string::npos || colon == std::string::npos)
    return;
  const std::string test = line.substr(0, colon) + " ";
  reading.figures.push_back({test + rate_name, Better::more,
                             std::strtod(line.c_str() + colon + 2, nullptr)});
  double value = 0;
  if (read_behind(line, "p50=", value))
    reading.figures.push_back({test + "p50 ms", Better::less, value});
}

// Without -q: a heading a test, then lines; the last has six latencies.
void read_redis_block(const std::string& line, std::string& test,
                      bool& latencies_follow, LoadReading& reading) {
  double value = 0;
  if (line.starts_with("====== ")) {
    test = line.substr(7, line.find(" ======", 7) - 7) + " ";
    return;
  }
  if (read_behind(line, "throughput summary:", value))
    reading.figures.push_back({test + rate_name, Better::more, value});
  std::istringstream words(line);
  double latencies[6] = {};  // mean, least, p50, p95, p99, most
  std::size_t count = 0;
  while (count < 6 && words >> latencies[count])
    ++count;
  if (latencies_follow && count == 6) {
    reading.figures.push_back({test + "p50 ms", Better::less, latencies[2]});
    reading.figures.push_back({test + "p99 ms", Better::less, latencies[4]});
    latencies_follow = false;
  }
  latencies_follow =
      latencies_follow || line.find("latency summary") != std::string::npos;
}

// `"SET","101010.10","0.3","0.1","0.2","0.4","0.5","0.6"`, as with --csv.
void read_redis_csv(const std::string& line, LoadReading& reading) {
  std::vector<std::string> cells;
  for (std::size_t at = line.find('"'); at != std::string::npos;) {
    const std::size_t end = line.find('"', at + 1);
    if (end == std::string::npos)
      break;
    cells.push_back(line.substr(at + 1, end - at - 1));
    at = line.find('"', end + 1);
  }
  if (cells.size() != 8 || cells.front() == "test")
    return;
  const auto number = [&cells](std::size_t i) {
    return std::strtod(cells[i].c_str(), nullptr);
  };
  const std::string test = cells.front() + " ";
  reading.figures.push_back({test + rate_name, Better::more, number(1)});
  reading.figures.push_back({test + "p50 ms", Better::less, number(4)});
  reading.figures.push_back({test + "p99 ms", Better::less, number(6)});
}

void read_redis(const std::string& text, LoadReading& reading) {
  const bool csv = text.find("\"avg_latency_ms\"") != std::string::npos;
  std::string test;
  bool latencies_follow = false;
  each_line(text, [&](const std::string& line) {
    if (csv)
      read_redis_csv(line, reading);
    else if (line.find(" msec") != std::string::npos)
      read_redis_line(line, reading);
    if (!csv)
      read_redis_block(line, test, latencies_follow, reading);
  });
}

// The text before the group, without what only expressions need.
std::string name_of(const std::string& expression) {
  std::string name;
  for (const char letter : expression.substr(0, expression.find('(')))
    if (letter != '\\' && letter != '^' && letter != '*' && letter != '+')
      name += letter;
  const auto is_edge = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) == 0;
  };
  while (!name.empty() && is_edge(name.back()))
    name.pop_back();
  while (!name.empty() && is_edge(name.front()))
    name.erase(0, 1);
  return name.empty() ? "figure" : name;
}

}  // namespace

FigurePattern::FigurePattern(const std::string& expression) try
    : name_(name_of(expression)), expression_(expression) {
  if (expression_.mark_count() == 0)
    throw compare::Refusal(
        compare::exit_usage,
        "--figure '" + expression +
            "' has no group around the number: say, for example, "
            "'speed: ([0-9.]+)'");
} catch (const std::regex_error& error) {
  throw compare::Refusal(compare::exit_usage,
                         "--figure '" + expression +
                             "' is no regular expression (" + error.what() +
                             "): say, for example, "
                             "'speed: ([0-9.]+)'");
}

void FigurePattern::read(const std::string& text,
                         std::vector<LoadFigure>& into) const {
  bool found = false;
  double value = 0;
  each_line(text, [&](const std::string& line) {
    std::smatch match;
    if (!std::regex_search(line, match, expression_))
      return;
    const std::string number = match[1].str();
    char* end = nullptr;
    const double read = std::strtod(number.c_str(), &end);
    if (end == number.c_str())
      return;
    found = true;
    value = read;
  });
  if (found)
    into.push_back({name_, Better::unknown, value});
}

LoadReading read_load(const std::string& text,
                      const std::vector<FigurePattern>& patterns) {
  LoadReading reading;
  if (text.find("Requests/sec:") != std::string::npos)
    read_wrk(text, reading);
  else if (text.find("ApacheBench") != std::string::npos)
    read_ab(text, reading);
  else if (text.find("requests per second") != std::string::npos ||
           text.find("\"avg_latency_ms\"") != std::string::npos)
    read_redis(text, reading);
  std::vector<LoadFigure> own;
  for (const FigurePattern& pattern : patterns)
    pattern.read(text, own);
  reading.figures.insert(reading.figures.begin(), own.begin(), own.end());
  return reading;
}

}  // namespace tarn::program
