#include "string.h"

void *memcpy(void *to, const void *from, size_t length) {
  void *end = to;

  asm volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(length) : : "memory");
  return to;
}

void *memmove(void *to, const void *from, size_t length) {
  u8 *target = to;
  const u8 *source = from;

  if (target <= source) return memcpy(to, from, length);
  while (length-- > 0)
    target[length] = source[length];
  return to;
}

void *memset(void *to, int byte, size_t length) {
  void *end = to;

  asm volatile("rep stosb" : "+D"(end), "+c"(length) : "a"(byte) : "memory");
  return to;
}

int memcmp(const void *left, const void *right, size_t length) {
  const u8 *a = left, *b = right;

  for (; length > 0; a++, b++, length--)
    if (*a != *b) return *a - *b;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;

  while (text[length] != '\0')
    length++;
  return length;
}
