#include "heap/slow.hpp"
#include "port/fault.hpp"
#include "port/world.hpp"

namespace tarn::heap {
namespace {

// The default heap is "the heap".
void name(base::Line& line, const Domain& domain,
          const char* article) noexcept {
  if (domain.is_default)
    line << article << "heap";
  else
    line << "heap '" << port::pool_name(domain.id) << "'";
}

void begin(base::Line& line, const Domain& domain, const void* p) noexcept {
  line << base::Hex{p} << " given to ";
  name(line, domain, "the ");
  line << ": ";
}

}  // namespace

void report_double_free(const Domain& domain, const void* p) noexcept {
  base::Line line;
  begin(line, domain, p);
  line << "it is free already";
  port::report(Fault::double_free, line);
}

void report_interior(const Domain& domain, const void* p, const void* block,
                     std::size_t size) noexcept {
  base::Line line;
  begin(line, domain, p);
  line << "it lies inside the " << size << " bytes of block "
       << base::Hex{block};
  port::report(Fault::wrong_pool, line);
}

void report_foreign(const Domain& domain, const void* p,
                    const char* why) noexcept {
  base::Line line;
  begin(line, domain, p);
  line << why;
  port::report(Fault::wrong_pool, line);
}

void report_other(const Domain& domain, const void* p,
                  const Domain& other) noexcept {
  base::Line line;
  begin(line, domain, p);
  line << "it is a block of ";
  name(line, other, "the default ");
  port::report(Fault::wrong_pool, line);
}

void report_stray(const void* p) noexcept {
  report_foreign(default_domain, p, "nobody gave it");
}

}  // namespace tarn::heap
