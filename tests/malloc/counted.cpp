// Preloaded before the door: passes every call on to it and counts it in a file
// that all processes of a program map, so that those which are killed, or leave
// by _exit, have counted too. Each process is also asked whether tarn gave its
// first block.
#include "malloc/served.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// The file, as tests/programs/programs.py reads it.
struct Counts {
  std::atomic<std::uint64_t> programs{0};   // started
  std::atomic<std::uint64_t> strangers{0};  // of them, not served by tarn
  std::atomic<std::uint64_t> allocations{0};
  std::atomic<std::uint64_t> frees{0};  // of null too
};

// Until the file is there.
constinit Counts early;
constinit std::atomic<Counts*> counts{&early};

void count_allocation() {
  counts.load(relaxed)->allocations.fetch_add(1, relaxed);
}

// The next library's function of that name, found at the first call.
template <class Function>
class Next {
 public:
  constexpr explicit Next(const char* name) : name_(name) {}
  Function* operator*() {
    Function* found = found_.load(relaxed);
    if (found == nullptr) {
      found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
      found_.store(found, relaxed);
    }
    return found;
  }

 private:
  const char* name_;
  std::atomic<Function*> found_{nullptr};
};

using OfSize = void*(std::size_t);
using OfTwo = void*(std::size_t, std::size_t);

constinit Next<OfSize> next_malloc{"malloc"};
constinit Next<void(void*)> next_free{"free"};
constinit Next<OfTwo> next_calloc{"calloc"};
constinit Next<void*(void*, std::size_t)> next_realloc{"realloc"};
constinit Next<void*(void*, std::size_t, std::size_t)> next_reallocarray{
    "reallocarray"};
constinit Next<OfTwo> next_memalign{"memalign"};
constinit Next<OfTwo> next_aligned_alloc{"aligned_alloc"};
constinit Next<int(void**, std::size_t, std::size_t)> next_posix_memalign{
    "posix_memalign"};
constinit Next<char*(const char*)> next_strdup{"strdup"};
constinit Next<char*(const char*, std::size_t)> next_strndup{"strndup"};
constinit Next<OfSize> next_new{"_Znwm"};
constinit Next<OfTwo> next_new_nothrow{"_ZnwmRKSt9nothrow_t"};
constinit Next<OfTwo> next_new_aligned{"_ZnwmSt11align_val_t"};

__attribute__((constructor)) void map_file() {
  const char* const path = std::getenv("TARN_COUNTS");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (file < 0)
    return;
  void* const at = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE,
                        MAP_SHARED, file, 0);
  close(file);
  if (at == MAP_FAILED)
    return;
  auto* const shared = static_cast<Counts*>(at);
  counts.store(shared, relaxed);
  shared->programs.fetch_add(1, relaxed);
  shared->allocations.fetch_add(early.allocations.load(relaxed), relaxed);
  shared->frees.fetch_add(early.frees.load(relaxed), relaxed);
  void* const p = hidden((*next_malloc)(100));
  if (!is_served(p))
    shared->strangers.fetch_add(1, relaxed);
  (*next_free)(p);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count_allocation();
  return (*next_malloc)(size);
}

void free(void* p) {
  counts.load(relaxed)->frees.fetch_add(1, relaxed);
  (*next_free)(p);
}

void* calloc(std::size_t count, std::size_t size) {
  count_allocation();
  return (*next_calloc)(count, size);
}

void* realloc(void* p, std::size_t size) {
  count_allocation();
  return (*next_realloc)(p, size);
}

void* reallocarray(void* p, std::size_t count, std::size_t size) {
  count_allocation();
  return (*next_reallocarray)(p, count, size);
}

void* memalign(std::size_t align, std::size_t size) {
  count_allocation();
  return (*next_memalign)(align, size);
}

void* aligned_alloc(std::size_t align, std::size_t size) {
  count_allocation();
  return (*next_aligned_alloc)(align, size);
}

int posix_memalign(void** place, std::size_t align, std::size_t size) {
  count_allocation();
  return (*next_posix_memalign)(place, align, size);
}

char* strdup(const char* text) {
  count_allocation();
  return (*next_strdup)(text);
}

char* strndup(const char* text, std::size_t most) {
  count_allocation();
  return (*next_strndup)(text, most);
}

// The forms of new and delete, by the names that linkers know. delete is free
// in the door; a reference to nothrow comes as an address.
void* _Znwm(std::size_t size) {
  count_allocation();
  return (*next_new)(size);
}

void* _ZnwmRKSt9nothrow_t(std::size_t size, std::size_t nothrow) {
  count_allocation();
  return (*next_new_nothrow)(size, nothrow);
}

void* _ZnwmSt11align_val_t(std::size_t size, std::size_t align) {
  count_allocation();
  return (*next_new_aligned)(size, align);
}

void* _Znam(std::size_t) __attribute__((alias("_Znwm"), used));
void* _ZnamRKSt9nothrow_t(std::size_t, std::size_t)
    __attribute__((alias("_ZnwmRKSt9nothrow_t"), used));
void* _ZnamSt11align_val_t(std::size_t, std::size_t)
    __attribute__((alias("_ZnwmSt11align_val_t"), used));

void _ZdlPv(void* p) noexcept {
  std::free(p);
}

void _ZdaPv(void* p) noexcept {
  std::free(p);
}

void _ZdlPvm(void* p) noexcept {
  std::free(p);
}

void _ZdaPvm(void* p) noexcept {
  std::free(p);
}

void _ZdlPvSt11align_val_t(void* p) noexcept {
  std::free(p);
}

void _ZdaPvSt11align_val_t(void* p) noexcept {
  std::free(p);
}

void _ZdlPvmSt11align_val_t(void* p) noexcept {
  std::free(p);
}

void _ZdaPvmSt11align_val_t(void* p) noexcept {
  std::free(p);
}

}  // extern "C"
