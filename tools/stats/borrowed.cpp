#include "stats/borrowed.hpp"

#include "tarn/stats.hpp"

#include <array>
#include <csignal>
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace tarn::stats {
namespace {

// Of the handler, which runs while nothing else does.
const Target* source = nullptr;
constexpr std::size_t most_pages = std::size_t{1} << 20;
std::vector<std::uintptr_t> fetched;

const void* in_library() {
  return reinterpret_cast<const void*>(
      static_cast<Snapshot (*)() noexcept>(&snapshot));
}

std::size_t page_size() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void fetch(int, siginfo_t* info, void*) {
  const std::size_t page = page_size();
  const auto address =
      reinterpret_cast<std::uintptr_t>(info->si_addr) / page * page;
  if (!source->has(address) || fetched.size() == fetched.capacity())
    _exit(exit_wild);
  void* const here =
      mmap(reinterpret_cast<void*>(address), page, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (here != reinterpret_cast<void*>(address) ||
      !source->read(address, here, page))
    _exit(exit_wild);
  fetched.push_back(address);
}

void catch_faults() {
  static std::array<char, 64 * 1024> stack;
  const stack_t other{stack.data(), 0, stack.size()};
  sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_sigaction = fetch;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
  // So that the handler never has to find room.
  fetched.reserve(most_pages);
}

// What of a library can be written once it is loaded, from its first byte.
struct Writable {
  std::uintptr_t base = 0;
  std::uintptr_t begin = 0;
  std::size_t size = 0;
};

void look_at(const dl_phdr_info& library, Writable& found) {
  std::uintptr_t fixed_end = 0;
  std::uintptr_t end = 0;
  for (int i = 0; i < library.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = library.dlpi_phdr[i];
    if (part.p_type == PT_GNU_RELRO)
      fixed_end = part.p_vaddr + part.p_memsz;
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0)
      continue;
    found.begin = part.p_vaddr;
    end = part.p_vaddr + part.p_memsz;
  }
  // What the linker fixed is ours to keep: where our functions are.
  const std::size_t page = page_size();
  fixed_end = (fixed_end + page - 1) / page * page;
  if (fixed_end > found.begin)
    found.begin = fixed_end;
  found.size = end - found.begin;
}

Writable find_writable() {
  Writable found;
  Dl_info library{};
  dladdr(in_library(), &library);
  found.base = reinterpret_cast<std::uintptr_t>(library.dli_fbase);
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* into) {
        Writable& wanted = *static_cast<Writable*>(into);
        if (info->dlpi_addr != wanted.base)
          return 0;
        look_at(*info, wanted);
        return 1;
      },
      &found);
  return found;
}

}  // namespace

std::string own_library() {
  Dl_info library{};
  return dladdr(in_library(), &library) != 0 ? library.dli_fname : "";
}

void borrow(const Target& target, std::uintptr_t library) {
  if (source == nullptr)
    catch_faults();
  source = &target;
  for (const std::uintptr_t page : fetched)
    munmap(reinterpret_cast<void*>(page), page_size());
  fetched.clear();
  const Writable ours = find_writable();
  if (ours.size == 0 ||
      !target.read(library + ours.begin,
                   reinterpret_cast<void*>(ours.base + ours.begin), ours.size))
    _exit(exit_wild);
}

}  // namespace tarn::stats
