// machine.hpp - what machines ask: health, feeds, metrics, upgrades, options.
//
// Cost     linear in the answer.
// Threads  confined.
// Failure  400, 426.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/exchange.hpp"
#include "server/handshake.hpp"

namespace tarn::server {

template <class Memory>
void answer_text(Exchange<Memory>& exchange, std::string_view type,
                 std::string_view text) {
  exchange.response.set("Content-Type", type);
  exchange.response.piece() += text;
}

template <class Memory>
void health(Exchange<Memory>& exchange) {
  answer_text(exchange, "text/plain", "ok\n");
}

template <class Memory>
void robots(Exchange<Memory>& exchange) {
  exchange.response.set("Content-Type", "text/plain; charset=utf-8");
  exchange.response.file = exchange.site.files.at("robots.txt").bytes;
}

template <class Memory>
void moved(Exchange<Memory>& exchange) {
  exchange.response.refuse(301);
  exchange.response.set("Location", "/");
}

template <class Memory>
void feed(Exchange<Memory>& exchange) {
  String<Memory> text = exchange.text(
      "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel>\n"
      "<title>Tarn Outfitters</title>\n");
  for (const Article& article : exchange.site.articles) {
    text += "<item><title>";
    append_escaped(text, article.title);
    text += "</title><link>https://shop.example.org/articles/";
    text += article.slug;
    text += "</link><description>";
    append_escaped(text, article.text);
    text += "</description></item>\n";
  }
  text += "</channel></rss>\n";
  answer_text(exchange, "application/rss+xml", text);
}

template <class Memory>
void site_map(Exchange<Memory>& exchange) {
  exchange.response.set("Content-Type", "application/xml");
  exchange.response.piece() +=
      "<?xml version=\"1.0\"?>\n<urlset "
      "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  for (const Product& product : exchange.site.products) {
    String<Memory>& line = exchange.response.piece();
    line += "<url><loc>https://shop.example.org/products/";
    line += product.slug;
    line += "</loc></url>\n";
  }
  exchange.response.piece() += "</urlset>\n";
}

template <class Memory>
void metrics(Exchange<Memory>& exchange) {
  exchange.response.set("Content-Type", "text/plain; version=0.0.4");
  for (const Product& product : exchange.site.products) {
    String<Memory>& line = exchange.response.piece();
    line += "shop_stock{product=\"";
    append_number(line, product.id);
    line += "\"} ";
    append_number(line, product.stock);
    line += '\n';
  }
}

template <class Memory>
void upgrade(Exchange<Memory>& exchange) {
  const Request<Memory>& request = exchange.request;
  if (request.header(http::field::upgrade) != "websocket" ||
      request.header(http::field::sec_websocket_version) != "13") {
    exchange.response.refuse(426);
    exchange.response.set("Upgrade", "websocket");
    return exchange.response.set("Sec-WebSocket-Version", "13");
  }
  const std::string_view key = request.header(http::field::sec_websocket_key);
  if (key.empty())
    return exchange.response.refuse(400);
  const Handshake handshake = accept_key(key);
  exchange.response.status = 101;
  exchange.response.set("Upgrade", "websocket");
  exchange.response.set("Sec-WebSocket-Accept",
                        {handshake.data(), handshake.size()});
  std::string_view protocols =
      request.header(http::field::sec_websocket_protocol);
  if (!protocols.empty())
    exchange.response.set("Sec-WebSocket-Protocol",
                          trimmed(take_until(protocols, ",")));
}

template <class Memory>
void options(Exchange<Memory>& exchange) {
  exchange.response.status = 204;
  exchange.response.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
  const std::string_view origin = exchange.request.header(http::field::origin);
  if (origin.empty())
    return;
  exchange.response.set("Access-Control-Allow-Origin", origin);
  exchange.response.set("Access-Control-Allow-Methods",
                        "GET, POST, PUT, PATCH, DELETE");
  exchange.response.set("Access-Control-Max-Age", "600");
  const std::string_view headers =
      exchange.request.header(http::field::access_control_request_headers);
  if (!headers.empty())
    exchange.response.set("Access-Control-Allow-Headers", headers);
}

}  // namespace tarn::server
