#include "check/in_place.hpp"

#include "base/sparse.hpp"
#include "os/modules.hpp"
#include "os/process.hpp"

namespace tarn::check {
namespace {

constexpr std::size_t text_room = 4096;
constexpr std::size_t most_places = 64;

// Paths, one behind the other, and where each begins. Not on the stack, of
// which a signal handler may have little.
struct Places {
  std::size_t size;
  std::size_t count;
  const char* places[most_places + 1];
  char text[text_room];

  void clear() noexcept { size = count = 0; }
  // A folder and a name in it; left out where there is no room.
  void add(const char* folder, std::size_t folder_size,
           const char* name) noexcept;
};
TARN_SPARSE constinit Places the_places = {};

void Places::add(const char* folder, std::size_t folder_size,
                 const char* name) noexcept {
  std::size_t at = size;
  const auto put = [this, &at](char c) {
    if (at < text_room)
      text[at++] = c;
  };
  for (std::size_t i = 0; i < folder_size; ++i)
    put(folder[i]);
  for (const char* c = name; *c != '\0'; ++c)
    put(*c);
  put('\0');
  if (at == text_room || count == most_places)
    return;
  places[count++] = text + size;
  places[count] = nullptr;
  size = at;
}

// lib/libtarn.so and lib/MACHINE/libtarn.so have bin beside and above them; in
// a folder that tarn was built in, src has tools beside it.
void add_beside_library(Places& places) noexcept {
  os::Module module{};
  const auto here = reinterpret_cast<std::uintptr_t>(&start_symbolize);
  if (!os::find_module(here, module))
    return;
  constexpr std::size_t longest = 512;
  char path[longest];
  os::read_path(module, path, longest);
  std::size_t folder = 0;
  for (std::size_t i = 0; path[i] != '\0'; ++i)
    if (path[i] == '/')
      folder = i + 1;
  constexpr const char* names[] = {"tarn", "../bin/tarn", "../../bin/tarn",
                                   "../tools/tarn"};
  for (const char* const name : names)
    places.add(path, folder, name);
}

void add_of_path(Places& places) noexcept {
  const char* at = os::environment("PATH");
  while (at != nullptr && *at != '\0') {
    std::size_t size = 0;
    while (at[size] != '\0' && at[size] != ':')
      ++size;
    // A folder that depends on where the program is, is nobody's choice.
    if (*at == '/')
      places.add(at, size, "/tarn");
    at += size + (at[size] == ':' ? 1 : 0);
  }
}

}  // namespace

bool start_symbolize(os::Filter& filter) noexcept {
  Places& places = the_places;
  places.clear();
  add_beside_library(places);
  add_of_path(places);
  return places.count != 0 && filter.start(places.places, "symbolize");
}

}  // namespace tarn::check
