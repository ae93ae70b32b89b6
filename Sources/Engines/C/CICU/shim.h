#ifndef XOPIX_CICU_SHIM_H
#define XOPIX_CICU_SHIM_H

// ICU's functions carry the library's version in their names through macros, which Swift does not import: these wrappers
// give them plain names.

#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/usprep.h>

static inline const UNormalizer2 *xopix_icu_nfkc_casefold(UErrorCode *status) {
  return unorm2_getNFKCCasefoldInstance(status);
}

static inline const UNormalizer2 *xopix_icu_nfkd(UErrorCode *status) { return unorm2_getNFKDInstance(status); }

static inline int32_t xopix_icu_normalize(const UNormalizer2 *normalizer, const UChar *source, int32_t count,
                                          UChar *result, int32_t capacity, UErrorCode *status) {
  return unorm2_normalize(normalizer, source, count, result, capacity, status);
}

// SASLprep (RFC 4013); code points that Unicode 3.2 did not know are refused.
static inline int32_t xopix_icu_saslprep(const UChar *source, int32_t count, UChar *result, int32_t capacity,
                                         UErrorCode *status) {
  UStringPrepProfile *profile = usprep_openByType(USPREP_RFC4013_SASLPREP, status);
  if (U_FAILURE(*status)) return 0;
  int32_t length = usprep_prepare(profile, source, count, result, capacity, USPREP_DEFAULT, NULL, status);
  usprep_close(profile);
  return length;
}

static inline UBreakIterator *xopix_icu_open_words(const UChar *text, int32_t count, UErrorCode *status) {
  return ubrk_open(UBRK_WORD, "", text, count, status);
}

static inline int32_t xopix_icu_next(UBreakIterator *iterator) { return ubrk_next(iterator); }

static inline void xopix_icu_close(UBreakIterator *iterator) { ubrk_close(iterator); }

#endif
