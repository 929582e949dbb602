// One action for each of the two signals. What was there before is kept, and
// chained to as the kernel would have called it: its mask, its flags, its kind
// of function. The page of the default action is reached by restoring it: the
// instruction faults again when we return, and the process dies by its own
// fault, with the right core.
#include "os/signals.hpp"

#include "os/error.hpp"

#include <atomic>
#include <cstddef>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace tarn::os {
namespace {

// Written before the actions that read it are there.
constinit std::atomic<TouchHandler> watcher{nullptr};
constinit std::atomic<bool> is_begun{false};

struct Watched {
  int signal;
  struct sigaction before;
};
// Written before our action is there; afterwards by no one but a handler that
// was to be called once only.
constinit Watched watched[] = {{SIGSEGV, {}}, {SIGBUS, {}}};

#if defined(__x86_64__)
// A page fault says in its error code what it was; a general protection, as of
// an address that cannot be one, says nothing.
constexpr long page_fault = 14;
constexpr long write_bit = 2;

bool has_address(const ucontext_t& context) noexcept {
  return context.uc_mcontext.gregs[REG_TRAPNO] == page_fault;
}
bool is_write(const ucontext_t& context) noexcept {
  return has_address(context) &&
         (context.uc_mcontext.gregs[REG_ERR] & write_bit) != 0;
}
std::uintptr_t code_of(const ucontext_t& context) noexcept {
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
}
#elif defined(__aarch64__)
// The kernel's struct _aarch64_ctx and its esr_context, whose header is not
// everywhere.
struct Part {
  std::uint32_t magic;
  std::uint32_t size;
};
constexpr std::uint32_t syndrome_magic = 0x45535201;
constexpr std::uint64_t write_bit = 1u << 6;

bool has_address(const ucontext_t&) noexcept {
  return true;
}
bool is_write(const ucontext_t& context) noexcept {
  const auto* at =
      reinterpret_cast<const std::byte*>(context.uc_mcontext.__reserved);
  const std::byte* const end = at + sizeof context.uc_mcontext.__reserved;
  while (at + sizeof(Part) + sizeof(std::uint64_t) <= end) {
    Part part;
    __builtin_memcpy(&part, at, sizeof part);
    if (part.magic == 0 || part.size < sizeof part)
      return false;
    std::uint64_t syndrome;
    __builtin_memcpy(&syndrome, at + sizeof part, sizeof syndrome);
    if (part.magic == syndrome_magic)
      return (syndrome & write_bit) != 0;
    at += part.size;
  }
  return false;
}
std::uintptr_t code_of(const ucontext_t& context) noexcept {
  return static_cast<std::uintptr_t>(context.uc_mcontext.pc);
}
#else
bool has_address(const ucontext_t&) noexcept {
  return true;
}
bool is_write(const ucontext_t&) noexcept {
  return false;
}
std::uintptr_t code_of(const ucontext_t&) noexcept {
  return 0;
}
#endif

bool has_flag(const struct sigaction& action, unsigned flag) noexcept {
  return (static_cast<unsigned>(action.sa_flags) & flag) != 0;
}

// kill() and the like, of which no instruction will fault again.
bool is_sent(const siginfo_t& info) noexcept {
  return info.si_code <= 0;
}

struct sigaction& before(int signal) noexcept {
  return signal == SIGSEGV ? watched[0].before : watched[1].before;
}

void end_by(int signal, const siginfo_t& info) noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  if (is_sent(info))
    syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

// With the signals blocked that it asked to be, which it may undo by a
// siglongjmp. The kernel puts back what the thread had when we return.
void call(struct sigaction& action, int signal, siginfo_t* info,
          void* context) noexcept {
  const struct sigaction former = action;
  if (has_flag(former, SA_RESETHAND))
    action.sa_handler = SIG_DFL;
  sigset_t mask = former.sa_mask;
  if (!has_flag(former, SA_NODEFER))
    sigaddset(&mask, signal);
  pthread_sigmask(SIG_BLOCK, &mask, nullptr);
  if (has_flag(former, SA_SIGINFO))
    former.sa_sigaction(signal, info, context);
  else
    former.sa_handler(signal);
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  struct sigaction& action = before(signal);
  const bool is_ignored =
      !has_flag(action, SA_SIGINFO) && action.sa_handler == SIG_IGN;
  if (is_ignored && is_sent(*info))
    return;
  // An instruction that faults is not ignored by the kernel either.
  const bool is_default =
      !has_flag(action, SA_SIGINFO) && action.sa_handler == SIG_DFL;
  if (is_ignored || is_default)
    end_by(signal, *info);
  else
    call(action, signal, info, context);
}

void on_signal(int signal, siginfo_t* info, void* context) {
  {
    const KeptError kept;
    const auto& where = *static_cast<const ucontext_t*>(context);
    const Touch touch{has_address(where) ? info->si_addr : nullptr,
                      is_write(where), code_of(where), context};
    if (!is_sent(*info) && watcher.load(std::memory_order_relaxed)(touch))
      return;
  }
  pass_on(signal, info, context);
}

void install(Watched& one) noexcept {
  sigaction(one.signal, nullptr, &one.before);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  // A fault inside is to be seen as well, and a stack that overflowed is none
  // to handle signals on.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaction(one.signal, &action, nullptr);
}

}  // namespace

void watch_touches(TouchHandler handler) noexcept {
  watcher.store(handler, std::memory_order_relaxed);
}

void begin_watch() noexcept {
  if (is_begun.load(std::memory_order_relaxed) ||
      watcher.load(std::memory_order_relaxed) == nullptr ||
      is_begun.exchange(true, std::memory_order_relaxed))
    return;
  for (Watched& one : watched)
    install(one);
}

bool is_watch_replaced() noexcept {
  if (!is_begun.load(std::memory_order_relaxed))
    return false;
  struct sigaction now {};
  return sigaction(SIGSEGV, nullptr, &now) == 0 &&
         (!has_flag(now, SA_SIGINFO) || now.sa_sigaction != on_signal);
}

}  // namespace tarn::os
