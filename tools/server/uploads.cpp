// uploads.cpp - the handler's place, with one of three forms in it.
//
// SPDX-License-Identifier: MIT
#include "server/uploads.hpp"

#include "server/serve_inline.hpp"

#include <cstdlib>

namespace tarn::server {
namespace {

upload_text text_of(std::string_view text) {
  return {text.data(), text.size()};
}

using Answered = Exchange<RegionMemory>;

void answer(Answered& exchange, int status, const upload_answer& text) {
  if (status >= 400)
    return exchange.response.refuse(status);
  exchange.response.status = status;
  exchange.response.set("Content-Type", "text/plain; charset=utf-8");
  exchange.response.piece() += std::string_view(text.text, text.size);
}

void answer_by_c(Answered& exchange, UploadForm form) {
  const upload_text type =
      text_of(exchange.request.header(http::field::content_type));
  const upload_text body = text_of(exchange.request.body());
  upload_answer text{};
  if (form == UploadForm::c_malloc) {
    const int status = upload_with_malloc(type, body, &text);
    answer(exchange, status, text);
    std::free(text.text);
    return;
  }
  tarn_region region;
  tarn_region_init(&region, nullptr);
  const int status = upload_with_region(&region, type, body, &text);
  answer(exchange, status, text);
  tarn_region_destroy(&region);
}

bool is_upload(const Answered& exchange) {
  return exchange.request.path == "/upload" &&
         exchange.request.method() == http::verb::post;
}

}  // namespace

Answer serve_upload(UploadForm form, const Site& site, std::string_view bytes) {
  Region region;
  RegionMemory memory{region};
  return serve_by(memory, site, bytes, [form](Answered& exchange) {
    if (form == UploadForm::handler || !is_upload(exchange))
      route(exchange);
    else
      answer_by_c(exchange, form);
  });
}

std::vector<Upload> good_uploads(const std::vector<CorpusRequest>& corpus) {
  std::vector<Upload> uploads;
  for (const CorpusRequest& one : corpus) {
    OrdinaryMemory memory;
    Request<OrdinaryMemory> request(memory);
    if (one.status == 201 && request.read(one.bytes) == 0 &&
        request.path == "/upload")
      uploads.push_back({std::string(request.header(http::field::content_type)),
                         std::string(request.body())});
  }
  return uploads;
}

}  // namespace tarn::server

extern "C" upload_text upload_parameter(upload_text line, const char* name) {
  return tarn::server::text_of(
      tarn::server::parameter({line.bytes, line.size}, name));
}

extern "C" unsigned long long upload_checksum(upload_text bytes) {
  tarn::server::Checksum sum;
  sum.add({bytes.bytes, bytes.size});
  return sum.value();
}
