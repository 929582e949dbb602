#include "observe/buffer.hpp"
#include "observe/out.hpp"

namespace tarn {
inline namespace v1 {

void write_stats(const Snapshot& now, const Snapshot* before, StatsForm form,
                 TextSink sink, void* context) noexcept {
  observe::Out out{sink, context};
  switch (form) {
    case StatsForm::text:
      return observe::write_text(now, before, out);
    case StatsForm::json:
      return observe::write_json(now, before, out);
    case StatsForm::openmetrics:
      return observe::write_openmetrics(now, out);
  }
}

std::size_t write_stats(const Snapshot& now, const Snapshot* before,
                        StatsForm form, char* buffer,
                        std::size_t size) noexcept {
  observe::Buffer into{buffer, size};
  write_stats(now, before, form, observe::Buffer::sink, &into);
  return into.end();
}

std::size_t write_judgement(const Snapshot& before, const Snapshot& now,
                            char* buffer, std::size_t size) noexcept {
  observe::Buffer into{buffer, size};
  {
    observe::Out out{observe::Buffer::sink, &into};
    observe::write_sentence(before, now, out);
  }
  return into.end();
}

}  // namespace v1
}  // namespace tarn
