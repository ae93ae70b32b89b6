#ifndef XOPIX_CCHECKSUM_H
#define XOPIX_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C of `count` bytes, continuing from the finished checksum `seed` of the bytes before them.
uint32_t xopix_crc32c(uint32_t seed, const void *bytes, size_t count);

#endif
