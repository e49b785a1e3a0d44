/* Memory and text. */
#include "vmm/string.h"

void *memcpy(void *to, const void *from, size_t length) {
  void *start = to;
  u32 words = length >> 2, bytes = length & 3;
  asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
  return start;
}

void *memmove(void *to, const void *from, size_t length) {
  u8 *target = to;
  const u8 *source = from;
  if (target <= source || target >= source + length) return memcpy(to, from, length);
  while (length-- > 0)
    target[length] = source[length];
  return to;
}

void *memset(void *to, int value, size_t length) {
  void *start = to;
  u32 word = (u8)value * 0x01010101u, words = length >> 2, bytes = length & 3;
  asm volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(word) : "memory");
  asm volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(word) : "memory");
  return start;
}

int memcmp(const void *a, const void *b, size_t length) {
  const u8 *x = a, *y = b;
  for (; length > 0; length--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end)
    end++;
  return end - text;
}

int strncmp(const char *a, const char *b, size_t length) {
  for (; length > 0; length--, a++, b++)
    if (*a != *b || !*a) return (u8)*a - (u8)*b;
  return 0;
}

int strcmp(const char *a, const char *b) {
  return strncmp(a, b, ~0u);
}

char *strchr(const char *text, int c) {
  for (; *text; text++)
    if (*text == (char)c) return (char *)text;
  return NULL;
}

void string_copy(char *to, const char *from, size_t size) {
  size_t length = min(strlen(from), size - 1);
  memcpy(to, from, length);
  memset(to + length, 0, size - length);
}

bool string_starts(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool string_contains(const char *text, const char *part) {
  for (; *text; text++)
    if (string_starts(text, part)) return true;
  return false;
}

static u32 digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

u32 string_number(const char *text, const char **end) {
  u32 base = 10, value = 0;
  if (text[0] == '0' && (text[1] | 0x20) == 'x') {
    base = 16;
    text += 2;
  }
  for (; digit_value(*text) < base; text++)
    value = value * base + digit_value(*text);
  if (end) *end = text;
  return value;
}
