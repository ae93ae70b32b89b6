#ifndef XOPIX_CSIMDJSON_H
#define XOPIX_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parsed document as a flat array of items, two words each: the kind in the low byte of the first word and a number
/// in the rest of it, then a second number.
///
/// kind  first                          second
/// 'n'   -                              -                 null
/// 't'   -                              -                 true
/// 'f'   -                              -                 false
/// 's'   offset into `strings`          length            string, unescaped
/// 'i'   -                              the value         integer of 64 bits, signed
/// 'd'   offset into the source         length            any other number, as it is written
/// '['   number of elements             index of the item after the array
/// '{'   number of members              index of the item after the object; a member is a string item, then its value
typedef struct {
  const uint64_t *items;
  size_t item_count;
  const uint8_t *strings;
  size_t string_bytes;
} xopix_json_document;

/// Parses UTF-8 JSON. Returns 0, or an error: a number of simdjson's, or one of those below. What `document` points to is
/// valid until the next call on the same thread.
int xopix_json_parse(const uint8_t *bytes, size_t count, size_t max_depth, xopix_json_document *document);

/// What an error number means, in words; never null.
const char *xopix_json_error(int error);

enum { XOPIX_JSON_TOO_DEEP = 1000, XOPIX_JSON_TRAILING = 1001 };

#ifdef __cplusplus
}
#endif

#endif
