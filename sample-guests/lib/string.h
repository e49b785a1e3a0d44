/* The memory and string functions that compilers and guests rely on. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "base.h"

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *left, const void *right, size_t length);
size_t strlen(const char *text);

#endif
