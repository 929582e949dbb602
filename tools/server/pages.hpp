// pages.hpp - what a browser sees: pages filled from templates.
//
// Cost     linear in the page; a search looks each word up once.
// Threads  confined.
// Failure  404 where there is nothing.
// SPDX-License-Identifier: MIT
#pragma once

#include "server/exchange.hpp"

#include <algorithm>
#include <string_view>

namespace tarn::server {

/// The template with its holes filled from `values`.
template <class Text, class Map>
void fill(Text& out, const Template& with, const Map& values) {
  for (const Template::Part& part : with.parts) {
    out += part.literal;
    if (!part.hole.empty())
      out += value_of(values, part.hole);
  }
}

template <class Memory>
void set_html(Exchange<Memory>& exchange) {
  exchange.response.set("Content-Type", "text/html; charset=utf-8");
  exchange.response.set("Cache-Control", "private, no-cache");
  exchange.response.set("Vary", "Accept-Encoding, Cookie");
  exchange.response.set("X-Content-Type-Options", "nosniff");
}

/// The page around `main`, which is HTML already.
template <class Memory>
void answer_page(Exchange<Memory>& exchange, std::string_view title,
                 String<Memory>&& main) {
  Dictionary<Memory> values(exchange.memory.allocator());
  append_escaped(values[exchange.text("title")], title);
  String<Memory>& menu = values[exchange.text("menu")];
  for (const std::string& category : exchange.site.categories) {
    menu += "        <li><a href=\"/products?category=";
    menu += category;
    menu += "\">";
    menu += category;
    menu += "</a></li>\n";
  }
  String<Memory>& greeting = values[exchange.text("greeting")];
  if (exchange.user != nullptr) {
    greeting += "Hello, ";
    append_escaped(greeting, exchange.user->name);
    greeting += '.';
  } else {
    greeting += "<a href=\"/login\">Log in</a>.";
  }
  append_escaped(values[exchange.text("basket")],
                 value_of(exchange.request.cookies, "basket", "0"));
  values[exchange.text("main")] = std::move(main);
  set_html(exchange);
  fill(exchange.response.piece(), exchange.site.page, values);
}

template <class Memory>
void append_stock(String<Memory>& out, int stock) {
  if (stock == 0) {
    out += "<span class=\"sold-out\">sold out</span>";
    return;
  }
  append_number(out, stock);
  out += " in stock";
}

template <class Memory>
void append_card(Exchange<Memory>& exchange, String<Memory>& out,
                 const Product& product) {
  Dictionary<Memory> values(exchange.memory.allocator());
  values[exchange.text("slug")] = product.slug;
  append_escaped(values[exchange.text("name")], product.name);
  append_escaped(values[exchange.text("text")],
                 std::string_view(product.text).substr(0, 120));
  append_price(values[exchange.text("price")], product.cents);
  append_number(values[exchange.text("id")], product.id);
  append_stock<Memory>(values[exchange.text("stock")], product.stock);
  fill(out, exchange.site.card, values);
}

template <class Memory>
using Selection = Vector<Memory, const Product*>;

// Of products that are alike the one that lies first in the site comes first. A
// stable sort would do the same with a buffer from malloc, whatever the memory
// is that the request is served from.
template <class Memory, class Less>
void sort(Selection<Memory>& products, Less&& less) {
  std::sort(products.begin(), products.end(),
            [&](const Product* a, const Product* b) {
              return less(a, b) || (!less(b, a) && a < b);
            });
}

template <class Memory>
void sort_by(Selection<Memory>& products, std::string_view what) {
  if (what == "price")
    sort<Memory>(products,
                 [](auto* a, auto* b) { return a->cents < b->cents; });
  if (what == "weight")
    sort<Memory>(products,
                 [](auto* a, auto* b) { return a->grams < b->grams; });
  if (what == "name")
    sort<Memory>(products, [](auto* a, auto* b) { return a->name < b->name; });
}

/// Those that the query's category, max, in_stock, sort, page and per_page
/// leave of `from`.
template <class Memory>
Selection<Memory> narrowed(Exchange<Memory>& exchange,
                           Selection<Memory>&& from) {
  const auto& query = exchange.request.query;
  const std::string_view category = value_of(query, "category");
  int most = 0;
  if (!read_number(value_of(query, "max"), most))
    most = 1'000'000'000;
  const bool in_stock = value_of(query, "in_stock") == "1";
  std::erase_if(from, [&](const Product* product) {
    return (!category.empty() && product->category != category) ||
           product->cents > most || (in_stock && product->stock == 0);
  });
  sort_by<Memory>(from, value_of(query, "sort"));
  std::size_t page = 0;
  std::size_t per_page = 0;
  if (!read_number(value_of(query, "page"), page) || page == 0)
    return std::move(from);
  if (!read_number(value_of(query, "per_page"), per_page) || per_page == 0)
    per_page = 24;
  const std::size_t begin = std::min(from.size(), (page - 1) * per_page);
  const std::size_t end = std::min(from.size(), begin + per_page);
  return Selection<Memory>(from.begin() + static_cast<std::ptrdiff_t>(begin),
                           from.begin() + static_cast<std::ptrdiff_t>(end),
                           from.get_allocator());
}

template <class Memory>
Selection<Memory> all_products(Exchange<Memory>& exchange) {
  Selection<Memory> all(exchange.memory.allocator());
  for (const Product& product : exchange.site.products)
    all.push_back(&product);
  return all;
}

/// Products that hold any of the words, those that hold most of them first.
template <class Memory>
Selection<Memory> found_products(Exchange<Memory>& exchange,
                                 std::string_view query) {
  Vector<Memory, typename Memory::Text> words(exchange.memory.allocator());
  String<Memory> lower(query, exchange.memory.allocator());
  for (char& c : lower)
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::string_view left = lower;
  while (!left.empty())
    if (const std::string_view word = take_until(left, " "); !word.empty())
      words.push_back(exchange.memory.copy(word));
  Vector<Memory, int> hits(exchange.site.products.size(), 0,
                           exchange.memory.allocator());
  for (const auto& word : words) {
    const auto holders = exchange.site.words.find(word);
    if (holders == exchange.site.words.end())
      continue;
    for (const Product* product : holders->second)
      ++hits[static_cast<std::size_t>(product - exchange.site.products.data())];
  }
  Selection<Memory> found(exchange.memory.allocator());
  for (const Product& product : exchange.site.products)
    found.push_back(&product);
  const auto hits_of = [&](const Product* product) {
    return hits[static_cast<std::size_t>(product -
                                         exchange.site.products.data())];
  };
  std::erase_if(found, [&](auto* product) { return hits_of(product) == 0; });
  sort<Memory>(found,
               [&](auto* a, auto* b) { return hits_of(a) > hits_of(b); });
  return found;
}

template <class Memory>
void answer_cards(Exchange<Memory>& exchange, std::string_view title,
                  const Selection<Memory>& products) {
  String<Memory> main = exchange.text("    <p>");
  append_number(main, static_cast<std::int64_t>(products.size()));
  main += " products</p>\n    <div class=\"grid\">\n";
  for (const Product* product : products)
    append_card(exchange, main, *product);
  main += "    </div>\n";
  answer_page(exchange, title, std::move(main));
}

template <class Memory>
void front_page(Exchange<Memory>& exchange) {
  Selection<Memory> shown = all_products(exchange);
  std::erase_if(shown, [](auto* product) { return product->id % 10 != 2; });
  answer_cards(exchange, "Things for the hill", shown);
}

template <class Memory>
void product_list(Exchange<Memory>& exchange) {
  answer_cards(exchange, "Products",
               narrowed(exchange, all_products(exchange)));
}

template <class Memory>
void search_page(Exchange<Memory>& exchange) {
  const std::string_view query = value_of(exchange.request.query, "q");
  String<Memory> title = exchange.text("Search: ");
  title += query;
  answer_cards(exchange, title,
               narrowed(exchange, found_products(exchange, query)));
}

template <class Memory>
void product_page(Exchange<Memory>& exchange) {
  const Product* const product = exchange.site.product(exchange.rest);
  if (product == nullptr)
    return exchange.response.refuse(404);
  String<Memory> main = exchange.text();
  append_card(exchange, main, *product);
  main += "    <p>Colours:";
  for (const std::string& colour : product->colours) {
    main += ' ';
    append_escaped(main, colour);
  }
  main += "</p>\n    <table>\n";
  for (const Review& review : product->reviews) {
    main += "      <tr><td>";
    append_escaped(main, review.by);
    main += "</td><td>";
    append_number(main, review.stars);
    main += "</td><td>";
    append_escaped(main, review.text);
    main += "</td></tr>\n";
  }
  main += "    </table>\n";
  answer_page(exchange, product->name, std::move(main));
}

template <class Memory>
void article_list(Exchange<Memory>& exchange) {
  String<Memory> main = exchange.text("    <ul>\n");
  for (const Article& article : exchange.site.articles) {
    main += "      <li><a href=\"/articles/";
    main += article.slug;
    main += "\">";
    append_escaped(main, article.title);
    main += "</a>, ";
    main += article.date;
    main += "</li>\n";
  }
  main += "    </ul>\n";
  answer_page(exchange, "Articles", std::move(main));
}

template <class Memory>
void article_page(Exchange<Memory>& exchange) {
  const Article* const article = exchange.site.article(exchange.rest);
  if (article == nullptr)
    return exchange.response.refuse(404);
  String<Memory> main = exchange.text("    <p class=\"by\">By ");
  append_escaped(main, article->by);
  main += ", ";
  main += article->date;
  main += "</p>\n    <p>";
  append_escaped(main, article->text);
  main += "</p>\n";
  answer_page(exchange, article->title, std::move(main));
}

template <class Memory>
void account_page(Exchange<Memory>& exchange) {
  if (exchange.user == nullptr) {
    exchange.response.refuse(302);
    return exchange.response.set("Location", "/login?then=/account");
  }
  String<Memory> main = exchange.text("    <table>\n");
  for (const Order& order : exchange.user->orders) {
    main += "      <tr><td>";
    append_number(main, order.number);
    main += "</td><td>";
    append_escaped(main, exchange.site.product(order.product)->name);
    main += "</td><td>";
    append_number(main, order.quantity);
    main += "</td><td>";
    append_escaped(main, order.state);
    main += "</td></tr>\n";
  }
  main += "    </table>\n";
  answer_page(exchange, "Your account", std::move(main));
}

}  // namespace tarn::server
