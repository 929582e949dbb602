// to_exit_code.cpp - see to_exit_code.hpp.
//
// SPDX-License-Identifier: MIT
#include "common/to_exit_code.hpp"

#include "common/child.hpp"
#include "common/refusal.hpp"

namespace tarn::compare {

int to_exit_code(const char* stopped,
                 const std::function<int(Progress&)>& work) noexcept {
  Progress progress;
  catch_interrupts();
  try {
    return work(progress);
  } catch (const Interrupted&) {
    progress.say(stopped);
    return exit_interrupted;
  } catch (const Refusal& refusal) {
    progress.say(refusal.what());
    return refusal.code;
  } catch (const std::exception& error) {
    progress.say(error.what());
    return exit_nothing;
  }
}

}  // namespace tarn::compare
