// audio_callback.cpp - memory in a callback that must never wait.
//
// An audio callback may take no lock and make no system call: either can put
// the thread to sleep, and the listener hears a gap. Here a region stands on a
// buffer that is in memory before the first callback. reserve() takes all that
// one callback may need from it; from then on allocating is moving a pointer,
// and reset() keeps the chunk.
//
// The thread proves it: before it plays it enters the mode of the kernel in
// which any system call but read, write and exit kills the thread.
// SPDX-License-Identifier: MIT
#include "tarn/region.hpp"
#include "tarn/upstream.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr std::size_t frames = 256;  // samples a callback
constexpr std::size_t voices = 8;
constexpr std::size_t callbacks = 1000;

// What one callback needs at most: a mix, and a block for each voice.
constexpr std::size_t scratch_bytes = (voices + 1) * frames * sizeof(float);

class Synthesizer {
 public:
  /// False: the buffer is too small for one callback.
  [[nodiscard]] bool prepare() { return scratch_.reserve(scratch_bytes); }

  /// The audio callback. False: ran out, and it played silence.
  bool play(float* out) noexcept {
    scratch_.reset();
    auto* const mix = block();
    if (mix == nullptr)
      return silence(out);
    for (std::size_t voice = 0; voice < voices; ++voice) {
      float* const samples = block();
      if (samples == nullptr)
        return silence(out);
      render(samples, voice);
      for (std::size_t i = 0; i < frames; ++i)
        mix[i] += samples[i] / voices;
    }
    for (std::size_t i = 0; i < frames; ++i)
      out[i] = mix[i];
    clock_ += frames;
    return true;
  }

  /// Bytes of the buffer that nobody borrowed.
  [[nodiscard]] std::size_t free_bytes() const {
    return upstream_.free_bytes();
  }

 private:
  float* block() noexcept { return scratch_.make_array<float>(frames); }

  static bool silence(float* out) noexcept {
    for (std::size_t i = 0; i < frames; ++i)
      out[i] = 0;
    return false;
  }

  // A sawtooth; each voice has its own pitch.
  void render(float* samples, std::size_t voice) const noexcept {
    const std::size_t period = 40 + 8 * voice;
    for (std::size_t i = 0; i < frames; ++i)
      samples[i] = static_cast<float>((clock_ + i) % period) /
                       static_cast<float>(period) -
                   0.5F;
  }

  alignas(tarn::max_align) std::byte buffer_[32 * tarn::KiB]{};
  tarn::BufferUpstream upstream_{buffer_, sizeof buffer_};
  tarn::Region scratch_{
      upstream_, {.first_chunk = 16 * tarn::KiB, .retain = tarn::retain_all}};
  std::size_t clock_ = 0;
};

// Plays from a thread that may make no system call but its last one.
void audio_thread(Synthesizer& synthesizer, std::atomic<std::size_t>& played) {
  static float out[frames];
  (void)synthesizer.play(
      out);  // whatever the first call touches, it touches now
  // Where the kernel has no such mode (an emulator), it plays without a judge.
  (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
  for (std::size_t i = 0; i < callbacks; ++i)
    if (synthesizer.play(out))
      played.fetch_add(1, std::memory_order_relaxed);
  played.fetch_add(1, std::memory_order_release);
  syscall(SYS_exit, 0);  // this thread only: leaving its function would unmap
}

// A thread that was killed says nothing, so the wait has an end.
bool has_ended(const std::atomic<std::size_t>& played) {
  for (int waited_ms = 0; waited_ms < 20'000; ++waited_ms) {
    if (played.load(std::memory_order_acquire) > callbacks)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

}  // namespace

int main() {
  // Static, as the thread that ends by itself is never joined.
  static Synthesizer synthesizer;
  static std::atomic<std::size_t> played{0};
  if (!synthesizer.prepare())
    return 1;
  const std::size_t free_before = synthesizer.free_bytes();
  std::thread{[] { audio_thread(synthesizer, played); }}.detach();
  if (!has_ended(played)) {
    std::printf("the audio thread was killed: it made a system call\n");
    return 1;
  }
  std::printf("%zu callbacks played, no system call\n", callbacks);
  std::printf("the buffer was asked for %zu bytes meanwhile\n",
              free_before - synthesizer.free_bytes());
}

//> 1000 callbacks played, no system call
//> the buffer was asked for 0 bytes meanwhile
