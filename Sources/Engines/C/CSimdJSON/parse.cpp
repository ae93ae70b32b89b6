#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <string>
#include <vector>

using namespace simdjson;

namespace {

// One for each thread: parsing allocates nothing once the buffers have grown.
struct Workspace {
  ondemand::parser parser;
  std::vector<char> source;
  std::vector<uint64_t> items;
  std::string strings;
};

void append(Workspace &space, char kind, uint64_t first, uint64_t second) {
  space.items.push_back(static_cast<uint8_t>(kind) | first << 8);
  space.items.push_back(second);
}

error_code append_string(Workspace &space, simdjson_result<std::string_view> result) {
  std::string_view text;
  if (auto error = std::move(result).get(text)) return error;
  append(space, 's', space.strings.size(), text.size());
  space.strings.append(text);
  return SUCCESS;
}

int walk(Workspace &space, ondemand::value value, size_t depth);

int walk_array(Workspace &space, ondemand::array array, size_t depth) {
  size_t at = space.items.size(), count = 0;
  append(space, '[', 0, 0);
  for (auto result : array) {
    ondemand::value element;
    if (auto error = std::move(result).get(element)) return error;
    if (int error = walk(space, element, depth)) return error;
    count++;
  }
  space.items[at] |= count << 8;
  space.items[at + 1] = space.items.size() / 2;
  return 0;
}

int walk_object(Workspace &space, ondemand::object object, size_t depth) {
  size_t at = space.items.size(), count = 0;
  append(space, '{', 0, 0);
  for (auto result : object) {
    ondemand::field field;
    if (auto error = std::move(result).get(field)) return error;
    if (auto error = append_string(space, field.unescaped_key())) return error;
    if (int error = walk(space, field.value(), depth)) return error;
    count++;
  }
  space.items[at] |= count << 8;
  space.items[at + 1] = space.items.size() / 2;
  return 0;
}

// Whether a token is a number by RFC 8259's grammar, however large.
bool is_number(std::string_view token) {
  size_t at = 0;
  auto skip = [&](char character) {
    if (at == token.size() || token[at] != character) return false;
    at++;
    return true;
  };
  auto skip_digits = [&] {
    size_t start = at;
    while (at < token.size() && token[at] >= '0' && token[at] <= '9') at++;
    return at > start;
  };
  skip('-');
  if (!skip('0') && !skip_digits()) return false;
  if (skip('.') && !skip_digits()) return false;
  if (skip('e') || skip('E')) {
    if (!skip('+')) skip('-');
    if (!skip_digits()) return false;
  }
  return at == token.size();
}

int walk_number(Workspace &space, ondemand::value value) {
  std::string_view token = value.raw_json_token();
  size_t end = token.find_last_not_of(" \t\r\n");
  token = token.substr(0, end == token.npos ? 0 : end + 1);
  ondemand::number number;
  error_code error = value.get_number().get(number);
  if (error == SUCCESS && number.is_int64()) {
    append(space, 'i', 0, static_cast<uint64_t>(number.get_int64()));
    return 0;
  }
  // What no integer of 64 bits and no double can hold is a number all the same.
  if (error && !is_number(token)) return error;
  append(space, 'd', static_cast<uint64_t>(token.data() - space.source.data() - 1), token.size());
  return 0;
}

int walk(Workspace &space, ondemand::value value, size_t depth) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  switch (type) {
  case ondemand::json_type::array: {
    if (depth == 0) return XOPIX_JSON_TOO_DEEP;
    ondemand::array array;
    if (auto error = value.get_array().get(array)) return error;
    return walk_array(space, array, depth - 1);
  }
  case ondemand::json_type::object: {
    if (depth == 0) return XOPIX_JSON_TOO_DEEP;
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    return walk_object(space, object, depth - 1);
  }
  case ondemand::json_type::string: return append_string(space, value.get_string());
  case ondemand::json_type::number: return walk_number(space, value);
  case ondemand::json_type::boolean: {
    bool flag;
    if (auto error = value.get_bool().get(flag)) return error;
    append(space, flag ? 't' : 'f', 0, 0);
    return 0;
  }
  case ondemand::json_type::null: {
    bool is_null;
    if (auto error = value.is_null().get(is_null)) return error;
    if (!is_null) return N_ATOM_ERROR;
    append(space, 'n', 0, 0);
    return 0;
  }
  }
  return TAPE_ERROR;
}

} // namespace

int xopix_json_parse(const uint8_t *bytes, size_t count, size_t max_depth, xopix_json_document *document) {
  static thread_local Workspace space;
  space.items.clear();
  space.strings.clear();
  // The value is read as the one element of an array: around a document that is a scalar the library checks less.
  size_t length = count + 2;
  if (space.source.size() < length + SIMDJSON_PADDING) space.source.resize(length + SIMDJSON_PADDING);
  char *source = space.source.data();
  source[0] = '[';
  if (count) memcpy(source + 1, bytes, count);
  source[count + 1] = ']';
  memset(source + length, 0, SIMDJSON_PADDING);
  // The lazy parser checks only the UTF-8 that it unescapes; the whole input is checked here.
  if (!validate_utf8(source, length)) return UTF8_ERROR;
  ondemand::document root;
  if (auto error = space.parser.iterate(source, length, space.source.size()).get(root)) return error;
  ondemand::array array;
  if (auto error = root.get_array().get(array)) return error;
  size_t values = 0;
  for (auto result : array) {
    ondemand::value value;
    if (auto error = std::move(result).get(value)) return error;
    if (values++) return XOPIX_JSON_TRAILING;
    if (int error = walk(space, value, max_depth)) return error;
  }
  if (values == 0) return EMPTY;
  // Only past the last token is there no location.
  const char *rest;
  if (root.current_location().get(rest) == SUCCESS) return XOPIX_JSON_TRAILING;
  document->items = space.items.data();
  document->item_count = space.items.size() / 2;
  document->strings = reinterpret_cast<const uint8_t *>(space.strings.data());
  document->string_bytes = space.strings.size();
  return 0;
}

const char *xopix_json_error(int error) {
  if (error == XOPIX_JSON_TOO_DEEP) return "it is nested too deeply";
  if (error == XOPIX_JSON_TRAILING) return "something follows the end of the value";
  return error_message(static_cast<error_code>(error));
}
