#include "CChecksum.h"

#include <pthread.h>
#include <string.h>

// Slicing by eight (Kounavis and Berry, 2005) for every processor, and the CRC32 instruction where there is one.

static uint32_t table[8][256];

static void fill_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0x82F63B78u & (0u - (value & 1)));
    table[0][byte] = value;
  }
  for (uint32_t byte = 0; byte < 256; byte++)
    for (int slice = 1; slice < 8; slice++)
      table[slice][byte] = (table[slice - 1][byte] >> 8) ^ table[0][table[slice - 1][byte] & 0xff];
}

static uint32_t crc32c_table(uint32_t crc, const uint8_t *bytes, size_t count) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_table);
  while (count >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    word ^= crc;
    crc = table[7][word & 0xff] ^ table[6][(word >> 8) & 0xff] ^ table[5][(word >> 16) & 0xff] ^
          table[4][(word >> 24) & 0xff] ^ table[3][(word >> 32) & 0xff] ^ table[2][(word >> 40) & 0xff] ^
          table[1][(word >> 48) & 0xff] ^ table[0][word >> 56];
    bytes += 8;
    count -= 8;
  }
  while (count--) crc = (crc >> 8) ^ table[0][(crc ^ *bytes++) & 0xff];
  return crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

// The instruction takes three cycles and a new one can begin in each, so three stretches are gone through side by side
// and their checksums put together. To go on with a checksum over a stretch of zeros is linear in its bits, so a table of
// each byte's share does that.
#define STRETCH 1024

static uint32_t over_zeros[4][256];

__attribute__((target("sse4.2"))) static void fill_over_zeros(void) {
  uint32_t bits[32];
  for (int bit = 0; bit < 32; bit++) {
    uint64_t wide = 1u << bit;
    for (int word = 0; word < STRETCH / 8; word++) wide = _mm_crc32_u64(wide, 0);
    bits[bit] = (uint32_t)wide;
  }
  for (int byte = 0; byte < 4; byte++)
    for (int value = 0; value < 256; value++) {
      uint32_t sum = 0;
      for (int bit = 0; bit < 8; bit++)
        if (value >> bit & 1) sum ^= bits[byte * 8 + bit];
      over_zeros[byte][value] = sum;
    }
}

static uint32_t go_over_zeros(uint32_t crc) {
  return over_zeros[0][crc & 0xff] ^ over_zeros[1][(crc >> 8) & 0xff] ^ over_zeros[2][(crc >> 16) & 0xff] ^
         over_zeros[3][crc >> 24];
}

static uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_instruction(uint32_t crc, const uint8_t *bytes, size_t count) {
  if (count >= 3 * STRETCH) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_over_zeros);
  }
  for (; count >= 3 * STRETCH; bytes += 3 * STRETCH, count -= 3 * STRETCH) {
    uint64_t first = crc, second = 0, third = 0;
    for (size_t place = 0; place < STRETCH; place += 8) {
      first = _mm_crc32_u64(first, word_at(bytes + place));
      second = _mm_crc32_u64(second, word_at(bytes + STRETCH + place));
      third = _mm_crc32_u64(third, word_at(bytes + 2 * STRETCH + place));
    }
    crc = go_over_zeros(go_over_zeros((uint32_t)first) ^ (uint32_t)second) ^ (uint32_t)third;
  }
  uint64_t wide = crc;
  for (; count >= 8; bytes += 8, count -= 8) wide = _mm_crc32_u64(wide, word_at(bytes));
  crc = (uint32_t)wide;
  while (count--) crc = _mm_crc32_u8(crc, *bytes++);
  return crc;
}
#endif

uint32_t xopix_crc32c(uint32_t seed, const void *bytes, size_t count) {
  uint32_t crc = ~seed;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~crc32c_instruction(crc, bytes, count);
#endif
  return ~crc32c_table(crc, bytes, count);
}
