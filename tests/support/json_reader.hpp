// json_reader.hpp - reads JSON strictly, into a flat map of paths to texts.
//
//     JsonReader read{text};
//     CHECK(read.is_valid());
//     CHECK(read["heap.classes.0.block"] == "64");
//
// Strings come without their quotes and escapes other than \uXXXX undone.
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace tarn::test {

class JsonReader {
 public:
  explicit JsonReader(const std::string& text) : text_(text) {
    is_valid_ = value("");
    skip_space();
    is_valid_ = is_valid_ && at_ == text_.size();
  }

  [[nodiscard]] bool is_valid() const { return is_valid_; }
  /// "?" where there is nothing.
  [[nodiscard]] std::string operator[](const std::string& path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? "?" : found->second;
  }
  [[nodiscard]] long long number(const std::string& path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? -1 : std::stoll(found->second);
  }

 private:
  void skip_space() {
    while (at_ < text_.size() &&
           std::string(" \n\t\r").find(text_[at_]) != std::string::npos)
      ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  bool value(const std::string& path) {
    skip_space();
    if (at_ == text_.size())
      return false;
    switch (text_[at_]) {
      case '{':
        return object(path);
      case '[':
        return array(path);
      case '"':
        return string(values_[path]);
      default:
        return number_at(path);
    }
  }

  static std::string below(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
  }

  bool object(const std::string& path) {
    take('{');
    if (take('}'))
      return true;
    do {
      std::string key;
      skip_space();
      if (!string(key) || !take(':') || !value(below(path, key)))
        return false;
    } while (take(','));
    return take('}');
  }

  bool array(const std::string& path) {
    take('[');
    if (take(']'))
      return true;
    int place = 0;
    do
      if (!value(below(path, std::to_string(place++))))
        return false;
    while (take(','));
    return take(']');
  }

  bool string(std::string& into) {
    if (!take('"'))
      return false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < ' ')
        return false;
      if (text_[at_] != '\\') {
        into += text_[at_++];
        continue;
      }
      const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
      const auto place = std::string("\"\\/bfnrt").find(escaped);
      if (escaped == 'u')
        into += text_.substr(at_, 2);
      else if (place == std::string::npos)
        return false;
      else
        into += "\"\\/\b\f\n\r\t"[place];
      at_ += 2;
    }
    return at_ < text_.size() && text_[at_++] == '"';
  }

  bool number_at(const std::string& path) {
    const std::size_t begin = at_;
    if (text_[at_] == '-')
      ++at_;
    const std::size_t digits = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
      ++at_;
    values_[path] = text_.substr(begin, at_ - begin);
    return at_ > digits && (text_[digits] != '0' || at_ == digits + 1);
  }

  const std::string text_;
  std::size_t at_ = 0;
  bool is_valid_ = false;
  std::map<std::string, std::string> values_;
};

}  // namespace tarn::test
