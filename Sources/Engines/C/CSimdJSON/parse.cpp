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

template <typename Value> int walk(Workspace &space, Value &&value, size_t depth);

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

template <typename Value> int walk_number(Workspace &space, Value &&value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && strchr(" \t\r\n", token.back())) token.remove_suffix(1);
  ondemand::number number;
  error_code error = value.get_number().get(number);
  if (error == SUCCESS && number.is_int64()) {
    append(space, 'i', 0, static_cast<uint64_t>(number.get_int64()));
    return 0;
  }
  // Integers of more than 64 bits are numbers all the same; whether they are well formed is checked here.
  if (error == NUMBER_ERROR || error == NUMBER_OUT_OF_RANGE) {
    size_t index = token[0] == '-' ? 1 : 0;
    if (token.size() - index < 19 || token[index] == '0') return NUMBER_ERROR;
    for (size_t i = index; i < token.size(); i++)
      if (token[i] < '0' || token[i] > '9') return NUMBER_ERROR;
  } else if (error) {
    return error;
  }
  append(space, 'd', static_cast<uint64_t>(token.data() - space.source.data()), token.size());
  return 0;
}

template <typename Value> int walk(Workspace &space, Value &&value, size_t depth) {
  if (depth == 0) return XOPIX_JSON_TOO_DEEP;
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  switch (type) {
  case ondemand::json_type::array: {
    ondemand::array array;
    if (auto error = value.get_array().get(array)) return error;
    return walk_array(space, array, depth - 1);
  }
  case ondemand::json_type::object: {
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
  if (space.source.size() < count + SIMDJSON_PADDING) space.source.resize(count + SIMDJSON_PADDING);
  if (count) memcpy(space.source.data(), bytes, count);
  memset(space.source.data() + count, 0, SIMDJSON_PADDING);
  // The lazy parser checks only the UTF-8 that it unescapes; the whole input is checked here.
  if (!validate_utf8(space.source.data(), count)) return UTF8_ERROR;
  ondemand::document root;
  if (auto error = space.parser.iterate(space.source.data(), count, space.source.size()).get(root)) return error;
  if (int error = walk(space, root, max_depth)) return error;
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
