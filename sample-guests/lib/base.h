/* Integer types in the sizes that the manuals speak of, and what every guest needs of the language. */
#ifndef LIB_BASE_H
#define LIB_BASE_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define PAGE_SIZE  4096u
#define PAGE_SHIFT 12

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
