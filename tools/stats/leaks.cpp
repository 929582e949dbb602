#include "stats/leaks.hpp"

#include "stats/places.hpp"

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

void write_count(std::uint64_t count, const char* noun, std::string& text) {
  print(text, "%llu %s%s", Wide{count}, noun, count == 1 ? "" : "s");
}

void write_age(std::uint32_t ms, std::string& text) {
  constexpr std::uint32_t minute = 60 * second;
  constexpr std::uint32_t hour = 60 * minute;
  if (ms < 2 * minute)
    write_count(ms / second, "second", text);
  else if (ms < 2 * hour)
    write_count(ms / minute, "minute", text);
  else
    write_count(ms / hour, "hour", text);
}

void write_bytes(std::uint64_t bytes, std::string& text) {
  if (bytes < 10 * KiB)
    write_count(bytes, "byte", text);
  else if (bytes < 10 * MiB)
    print(text, "%llu KiB", Wide{bytes} / KiB);
  else
    print(text, "%llu MiB", Wide{bytes} / MiB);
}

// An object pool's blocks are its objects.
const char* noun_of_block(const SuspectStats& one) {
  const bool is_object = one.kind == PoolKind::object_pool;
  if (one.are_drawn)
    return is_object ? "drawn object" : "drawn block";
  return is_object ? "object" : "block";
}

// "60 regions", "60 blocks of heap", and the name.
void write_whose(const SuspectStats& one, std::string& text) {
  if (one.blocks == 0) {
    write_count(one.pools, noun_of(one.kind), text);
  } else {
    write_count(one.blocks, noun_of_block(one), text);
    text += one.name[0] == '\0' ? " of the " : " of ";
    text += noun_of(one.kind);
  }
  if (const std::string name = plain(one.name); !name.empty())
    text += " '" + name + "'";
  if (one.bytes != 0) {
    text += ", ";
    write_bytes(one.bytes, text);
  }
}

// What is wrong with it, in words.
void write_why(const SuspectStats& one, std::string& text) {
  if (one.only_grows) {
    text += ", only growing for ";
    write_age(one.oldest, text);
    text += '\n';
    return;
  }
  const bool is_of_blocks = one.blocks != 0;
  text += is_of_blocks ? ", not given back, the oldest for "
                       : ", not ended, the oldest for ";
  write_age(one.oldest, text);
  print(text,
        is_of_blocks ? "\n  of those %s there %u were given back, after "
                     : "\n  of those %s there %u ended, after ",
        !is_of_blocks   ? "made"
        : one.are_drawn ? "drawn"
                        : "allocated",
        one.completed);
  write_age(one.longest, text);
  text += " at most\n";
}

void write_suspect(const Target& target, const SuspectStats& one,
                   std::string& text) {
  write_whose(one, text);
  write_why(one, text);
  if (one.call_count == 0)
    text += "  made nobody knows where\n";
  else
    text += one.blocks != 0 ? "  allocated by\n" : "  made by\n";
  for (unsigned i = 0; i < one.call_count; ++i)
    text += "    " + text_of(place_of_call(target, one.calls[i]), i) + '\n';
}

// How many they stand for is not said: draws come by the clock, so that one of
// a burst is drawn more seldom than one of a calm hour.
void write_of_drawn(const Snapshot& now, std::string& text) {
  for (unsigned i = 0; i < now.suspect_count; ++i)
    if (now.suspects[i].are_drawn) {
      text += "\ndrawn blocks are a sample";
      if (now.sampling.came != 0)
        print(text, ", %llu of %llu that came in this process",
              Wide{now.sampling.samples - now.sampling.objects},
              Wide{now.sampling.came});
      text += ": more may leak than are told\n";
      return;
    }
}

void write_object(const Target& target, const SuspectStats& one,
                  std::string& text) {
  print(text,
        "{\"kind\":\"%s\",\"name\":\"%s\",\"only_grows\":%s,\"site\":%llu,",
        noun_of(one.kind), plain(one.name).c_str(),
        one.only_grows ? "true" : "false", Wide{one.site});
  print(text,
        "\"pools\":%u,\"blocks\":%u,\"drawn\":%s,\"held\":%llu,\"completed\":%"
        "u,\"longest_ms\":%u,"
        "\"oldest_ms\":%u,\"stack\":[",
        one.pools, one.blocks, one.are_drawn ? "true" : "false",
        Wide{one.bytes}, one.completed, one.longest, one.oldest);
  for (unsigned i = 0; i < one.call_count; ++i) {
    const Place place = place_of_call(target, one.calls[i]);
    print(text, "%s{\"address\":\"0x%llx\"", i == 0 ? "" : ",",
          Wide{one.calls[i] - 1});
    if (!place.path.empty()) {
      text += ",\"module\":\"" + plain(place.path.c_str()) + '"';
      print(text, ",\"offset\":\"0x%llx\"", Wide{place.place});
      if (!place.build_id.empty())
        text += ",\"build_id\":\"" + place.build_id + '"';
    }
    text += '}';
  }
  text += "]}";
}

void write_json(const Target& target, const Snapshot& now, std::string& text) {
  text += "{\"schema\":\"tarn.leaks/1\",\"suspects\":[";
  for (unsigned i = 0; i < now.suspect_count; ++i) {
    if (i != 0)
      text += ',';
    write_object(target, now.suspects[i], text);
  }
  text += "]}\n";
}

}  // namespace

bool is_form_of_leaks(const std::string& word) {
  return word == "leaks" || word == "leaks-json";
}

void write_leaks(const Target& target, const Snapshot& now, bool knows_pools,
                 const std::string& word, std::string& text) {
  if (word == "leaks-json")
    return write_json(target, now, text);
  if (now.suspect_count == 0)
    text += knows_pools
                ? "no pool and no block is suspect of " + target.name() + "\n"
                : "no pool is known of " + target.name() +
                      ", which looks at none: start it with "
                      "TARN_CHECK=sampled\n";
  for (unsigned i = 0; i < now.suspect_count; ++i) {
    if (i != 0)
      text += '\n';
    write_suspect(target, now.suspects[i], text);
  }
  write_of_drawn(now, text);
}

}  // namespace tarn::stats
