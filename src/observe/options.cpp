#include "observe/options.hpp"

#include "base/number.hpp"

#include <cstddef>

namespace tarn::observe {
namespace {

constexpr std::uint64_t usual_interval = 10;
constexpr std::uint64_t longest_interval = 86'400;

// A piece of a text, which ends with no zero.
struct Word {
  const char* begin;
  std::size_t size;

  [[nodiscard]] base::Some some() const noexcept { return {begin, size}; }
  [[nodiscard]] bool is(const char* text) const noexcept {
    return __builtin_strlen(text) == size &&
           __builtin_memcmp(begin, text, size) == 0;
  }
};

Word word_until(const char* text, char end, char other) noexcept {
  std::size_t size = 0;
  while (text[size] != '\0' && text[size] != end && text[size] != other)
    ++size;
  return {text, size};
}

bool read_switch(Word value, bool& into) noexcept {
  into = value.is("on") || (into && !value.is("off"));
  return value.is("on") || value.is("off");
}

bool read_wanted(Word value, Wanted& into) noexcept {
  const char* at = value.begin;
  std::uint64_t number = 0;
  if (value.is("on"))
    into = Wanted::every;
  else if (value.is("off"))
    into = 0;
  else if (base::read_number(at, number) && at == value.begin + value.size &&
           number <= INT32_MAX)
    into = static_cast<int>(number);
  else
    return false;
  return true;
}

bool read_purge(Word value, Options& options) noexcept {
  if (value.is("requests"))
    options.purge = Purge::requests;
  else if (value.is("background"))
    options.purge = Purge::background;
  else if (value.is("never"))
    options.purge = Purge::never;
  else
    return false;
  return true;
}

struct Known {
  const char* name;
  const char* values;
  bool (*read)(Word value, Options& options) noexcept;
};

constexpr Known known[] = {
    {"purge", "requests, background or never", read_purge},
    {"huge_pages", "on or off",
     [](Word value, Options& options) noexcept {
       return read_switch(value, options.huge_pages);
     }},
    {"summary", "on, off or the number of a process",
     [](Word value, Options& options) noexcept {
       return read_wanted(value, options.summary);
     }},
    {"verbose", "on, off or the number of a process",
     [](Word value, Options& options) noexcept {
       return read_wanted(value, options.verbose);
     }},
};

void complain_of_name(Word name, Complaint complain) noexcept {
  base::Line line;
  line << "tarn: TARN_OPTIONS: there is no option \"" << name.some()
       << "\", but ";
  for (const Known& one : known)
    line << (&one == known ? "" : ", ") << one.name;
  complain(line);
}

void complain_of_value(const Known& option, Word value,
                       Complaint complain) noexcept {
  base::Line line;
  line << "tarn: TARN_OPTIONS: " << option.name << " is " << option.values
       << ", not \"" << value.some() << "\"";
  complain(line);
}

void read_one(Word name, Word value, Options& options,
              Complaint complain) noexcept {
  for (const Known& one : known) {
    if (!name.is(one.name))
      continue;
    if (!one.read(value, options))
      complain_of_value(one, value, complain);
    return;
  }
  complain_of_name(name, complain);
}

}  // namespace

void read_options(const char* text, Options& options,
                  Complaint complain) noexcept {
  while (*text != '\0') {
    const Word name = word_until(text, '=', ',');
    text += name.size;
    const bool has_value = *text == '=';
    const Word value = word_until(text + (has_value ? 1 : 0), ',', ',');
    text = value.begin + value.size;
    if (*text == ',')
      ++text;
    if (name.size != 0 || value.size != 0)
      read_one(name, value, options, complain);
  }
}

std::uint64_t read_interval(const char* text, Complaint complain) noexcept {
  if (text == nullptr)
    return usual_interval;
  const char* at = text;
  std::uint64_t seconds = 0;
  const bool is_number = base::read_number(at, seconds);
  if (is_number && *at == 's')
    ++at;
  if (is_number && *at == '\0' && seconds != 0 && seconds <= longest_interval)
    return seconds;
  base::Line line;
  line << "tarn: TARN_STATS_INTERVAL is \"" << base::Some{text}
       << "\", but it is seconds "
       << "from 1 to " << longest_interval << "; 10 hold";
  complain(line);
  return usual_interval;
}

}  // namespace tarn::observe
