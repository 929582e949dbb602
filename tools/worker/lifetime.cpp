// lifetime.cpp - the same uploads by each form, its calls counted.
//
// SPDX-License-Identifier: MIT
#include "worker/lifetime.hpp"

#include "server/upload_counted.h"
#include "server/uploads.hpp"
#include "worker/process.hpp"

#include <cstdlib>
#include <stdexcept>

upload_calls upload_calls_made;

extern "C" void* upload_counted_malloc(size_t size) {
  ++upload_calls_made.allocations;
  return std::malloc(size);
}

extern "C" void* upload_counted_realloc(void* p, size_t size) {
  upload_calls_made.allocations += p == nullptr;
  return std::realloc(p, size);
}

extern "C" void upload_counted_free(void* p) {
  upload_calls_made.frees += p != nullptr;
  std::free(p);
}

namespace tarn::compare {
namespace {

using server::Upload;
using server::UploadForm;
using MallocForm = int(upload_text, upload_text, upload_answer*);

// One upload in so many breaks off in its middle.
constexpr std::size_t broken_each = 100;
// Before resident memory is looked at, so that what stays anyway is there.
constexpr std::size_t warm_uploads = 1000;

upload_text text_of(const std::string& text) {
  return {text.data(), text.size()};
}

void compare_answers(const server::Site& site,
                     const std::vector<server::CorpusRequest>& corpus) {
  for (const server::CorpusRequest& one : corpus) {
    const auto by = [&](UploadForm form) {
      return server::serve_upload(form, site, one.bytes);
    };
    const server::Answer wanted = by(UploadForm::handler);
    for (const UploadForm form : {UploadForm::c_malloc, UploadForm::c_region})
      if (const server::Answer got = by(form);
          got.status != wanted.status || got.checksum != wanted.checksum)
        throw std::runtime_error("a form in C answers \"" + one.name +
                                 "\" otherwise than the handler");
  }
}

void with_malloc(MallocForm* form, const Upload& upload) {
  upload_answer answer{};
  if (form(text_of(upload.type), text_of(upload.body), &answer) == 201)
    std::free(answer.text);
}

void with_region(const Upload& upload) {
  tarn_region region;
  tarn_region_init(&region, nullptr);
  upload_answer answer{};
  static_cast<void>(upload_with_region(&region, text_of(upload.type),
                                       text_of(upload.body), &answer));
  tarn_region_destroy(&region);
}

// A connection that ended before its last boundary came.
Upload broken(const Upload& upload) {
  return {upload.type, upload.body.substr(0, upload.body.size() - 8)};
}

// Bytes more after `count` uploads than before them.
template <class Serve>
double growth(const std::vector<Upload>& uploads,
              const std::vector<Upload>& broken_ones, std::size_t count,
              Serve&& serve) {
  const auto serve_all = [&](std::size_t many) {
    for (std::size_t i = 0; i < many; ++i)
      serve(i % broken_each == broken_each - 1
                ? broken_ones[i / broken_each % broken_ones.size()]
                : uploads[i % uploads.size()]);
  };
  serve_all(warm_uploads);
  const std::uint64_t before = resident();
  serve_all(count);
  const std::uint64_t after = resident();
  return after > before ? static_cast<double>(after - before) : 0;
}

void count_calls(const std::vector<Upload>& uploads) {
  upload_calls_made = {};
  for (const Upload& one : uploads) {
    upload_answer answer{};
    if (upload_with_malloc_counted(text_of(one.type), text_of(one.body),
                                   &answer) == 201)
      upload_counted_free(answer.text);
  }
  const auto each = [&uploads](unsigned long calls) {
    return static_cast<double>(calls) / static_cast<double>(uploads.size());
  };
  if (upload_calls_made.allocations != upload_calls_made.frees)
    throw std::runtime_error("the form with malloc leaks where it should not");
  print("lifetime_malloc_allocations", each(upload_calls_made.allocations));
  print("lifetime_malloc_frees", each(upload_calls_made.frees));
  print("lifetime_region_frees", 1);  // tarn_region_destroy, whatever it made
}

}  // namespace

void run_lifetime(const Arguments& arguments) {
  const server::Site* const site =
      server::load_site(arguments.corpus + "/site");
  const auto corpus = server::load_corpus(arguments.corpus);
  compare_answers(*site, corpus);
  const std::vector<Upload> uploads = server::good_uploads(corpus);
  std::vector<Upload> broken_ones;
  for (const Upload& one : uploads)
    broken_ones.push_back(broken(one));
  if (uploads.empty())
    throw std::runtime_error("there are no uploads in " + arguments.corpus);
  print("lifetime_malloc_free_lines", UPLOAD_MALLOC_FREES);
  print("lifetime_malloc_exits", UPLOAD_MALLOC_EXITS);
  print("lifetime_region_free_lines", UPLOAD_REGION_FREES);
  print("lifetime_region_exits", UPLOAD_REGION_EXITS);
  count_calls(uploads);
  const auto count = static_cast<std::size_t>(arguments.amount);
  print("lifetime_uploads", static_cast<double>(count));
  // That nothing grows is seen in a tenth of the time.
  print("lifetime_region_kept",
        growth(uploads, broken_ones, count / 10, with_region));
  print("lifetime_malloc_kept",
        growth(uploads, broken_ones, count / 10, [](const Upload& upload) {
          with_malloc(upload_with_malloc, upload);
        }));
  print("lifetime_malloc_leak",
        growth(uploads, broken_ones, count, [](const Upload& upload) {
          with_malloc(upload_with_malloc_forgetful, upload);
        }));
}

}  // namespace tarn::compare
