/* Integer types of the guest ABI. A guest word, pointer or frame number is 32 bits. */
#ifndef PUBLIC_TYPES_H
#define PUBLIC_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef signed short s16;
typedef int s32;
typedef long long s64;

#endif
