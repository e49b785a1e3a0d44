/* The string functions that a freestanding C compiler expects, and those that the VMM uses. */
#ifndef VMM_STRING_H
#define VMM_STRING_H

#include "vmm/types.h"

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t length);
char *strchr(const char *text, int c);

/* Copies at most size - 1 characters and fills the rest with zeros, so that no old memory leaks. */
void string_copy(char *to, const char *from, size_t size);
bool string_contains(const char *text, const char *part);
bool string_starts(const char *text, const char *prefix);
/* Decimal, or hexadecimal after 0x. *end (`end` may be NULL) is the first character that was not used. */
u32 string_number(const char *text, const char **end);

#endif
