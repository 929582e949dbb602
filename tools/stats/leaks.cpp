#include "stats/leaks.hpp"

#include <cstdio>

namespace tarn::stats {
namespace {

const char* noun_of(PoolKind kind) {
  switch (kind) {
    case PoolKind::region:
      return "region";
    case PoolKind::object_pool:
      return "object pool";
    case PoolKind::heap:
      return "heap";
    case PoolKind::fixed:
      return "fixed heap";
    case PoolKind::none:
    case PoolKind::tool:
      break;
  }
  return "pool";
}

// Names are the program's own: what no terminal and no JSON should get is left
// out.
std::string plain(const char* name) {
  std::string text;
  for (; *name != '\0'; ++name)
    if (*name >= ' ' && *name != '"' && *name != '\\' && *name != '\x7f')
      text += *name;
  return text;
}

template <class... Values>
void print(std::string& text, const char* form, Values... values) {
  char line[256];
  std::snprintf(line, sizeof line, form, values...);
  text += line;
}

using Wide = unsigned long long;

constexpr std::uint32_t second = 1000;

void write_row(const SuspectStats& one, std::string& text) {
  print(text, "%8u %10llu %8u %8u %9u  %s '%s'", one.pools,
        Wide{one.bytes} / KiB, one.oldest / second, one.longest / second,
        one.completed, noun_of(one.kind), plain(one.name).c_str());
  if (one.only_grows)
    text += ", only grows";
  if (one.site != 0)
    print(text, ", made at 0x%llx", Wide{one.site});
  text += '\n';
}

void write_object(const SuspectStats& one, std::string& text) {
  print(text,
        "{\"kind\":\"%s\",\"name\":\"%s\",\"only_grows\":%s,\"site\":%llu,",
        noun_of(one.kind), plain(one.name).c_str(),
        one.only_grows ? "true" : "false", Wide{one.site});
  print(text,
        "\"pools\":%u,\"held\":%llu,\"completed\":%u,\"longest_ms\":%u,"
        "\"oldest_ms\":%u}",
        one.pools, Wide{one.bytes}, one.completed, one.longest, one.oldest);
}

void write_json(const Snapshot& now, std::string& text) {
  text += "{\"schema\":\"tarn.leaks/1\",\"suspects\":[";
  for (unsigned i = 0; i < now.suspect_count; ++i) {
    if (i != 0)
      text += ',';
    write_object(now.suspects[i], text);
  }
  text += "]}\n";
}

}  // namespace

bool is_form_of_leaks(const std::string& word) {
  return word == "leaks" || word == "leaks-json";
}

void write_leaks(const Snapshot& now, const std::string& word,
                 std::string& text) {
  if (word == "leaks-json")
    return write_json(now, text);
  if (now.suspect_count == 0) {
    text +=
        "no pool is suspect; pools are known where TARN_CHECK is sampled "
        "or full\n";
    return;
  }
  text += "   pools   held KiB oldest s  life s     ended\n";
  for (unsigned i = 0; i < now.suspect_count; ++i)
    write_row(now.suspects[i], text);
}

}  // namespace tarn::stats
