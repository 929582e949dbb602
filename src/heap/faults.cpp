#include "heap/thread_heap.hpp"
#include "port/fault.hpp"

namespace tarn::heap {

void report_double_free(const void* p) noexcept {
  base::Line line;
  line << base::Hex{p} << " given to the heap: it is free already";
  port::report(Fault::double_free, line);
}

void report_interior(const void* p, const void* block,
                     std::size_t size) noexcept {
  base::Line line;
  line << base::Hex{p} << " given to the heap: it lies inside the " << size
       << " bytes of block " << base::Hex{block};
  port::report(Fault::wrong_pool, line);
}

void report_foreign(const void* p, const char* why) noexcept {
  base::Line line;
  line << base::Hex{p} << " given to the heap: " << why;
  port::report(Fault::wrong_pool, line);
}

}  // namespace tarn::heap
