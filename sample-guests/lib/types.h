/* Integer types, in the sizes that the manuals speak of. */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define PAGE_SIZE 4096u
#define PAGE_SHIFT 12

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
