// site.hpp - the shop that the server serves: products, articles, files.
//
// Loaded once from corpus/site and never changed, so every request gets the
// same answer whatever came before it.
//
// Cost     look-ups are logarithmic.
// Threads  shared once loaded.
// Failure  load_site throws std::runtime_error or what the JSON parser throws.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::server {

struct Review {
  std::string by;
  std::string text;
  int stars;
};

struct Product {
  int id;
  std::string slug;
  std::string name;
  std::string category;
  std::string text;
  int cents;
  int stock;
  int grams;
  std::vector<std::string> colours;
  std::vector<std::string> tags;
  std::vector<Review> reviews;
};

struct Article {
  std::string slug;
  std::string title;
  std::string text;
  std::string by;
  std::string date;
};

struct Order {
  int number;
  int product;
  int quantity;
  std::string state;
};

struct User {
  std::string name;
  std::string email;
  std::string session;
  std::vector<Order> orders;
};

struct File {
  std::string bytes;
  std::string type;
  std::string tag;  ///< the entity tag, without quotes
};

/// Text with named holes, cut up once: literal, hole, literal, hole, ...
struct Template {
  struct Part {
    std::string literal;
    std::string hole;  ///< "" behind the last literal
  };
  std::vector<Part> parts;
};

struct Site {
  std::vector<Product> products;
  std::vector<Article> articles;
  std::vector<User> users;
  std::map<std::string, File, std::less<>> files;
  std::map<std::string, std::vector<const Product*>, std::less<>> words;
  std::vector<std::string> categories;
  Template page;
  Template card;

  [[nodiscard]] const Product* product(int id) const noexcept;
  [[nodiscard]] const Product* product(std::string_view slug) const noexcept;
  [[nodiscard]] const Article* article(std::string_view slug) const noexcept;
  [[nodiscard]] const User* user(std::string_view session) const noexcept;
};

/// What every file was last modified at, and how HTTP spells it.
inline constexpr std::int64_t site_modified = 1694858400;
inline constexpr std::string_view site_modified_date =
    "Sat, 16 Sep 2023 10:00:00 GMT";

/// The site in `folder`, which is corpus/site.
[[nodiscard]] const Site* load_site(const std::string& folder);

}  // namespace tarn::server
