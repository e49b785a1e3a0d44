/*
 * The batch file that the generator writes and the results that come back:
 * little-endian 32-bit words. test/differential/batch.ts states the same layout.
 *
 *   struct batch_header
 *   struct user_desc [ldt_entries]
 *   the code, the window's first bytes (WINDOW_BYTES), the read-only page
 *   struct test_case [cases]
 */
#ifndef BATCH_H
#define BATCH_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define BATCH_MAGIC 0x31424452u /* "RDB1" */

/* Linear addresses, the same in the emulator's page tables. */
#define CODE_BASE 0x20000000u
#define CODE_MAX  0x00200000u
/* Read-write; the page below it is not there. */
#define WINDOW_BASE  0x20400000u
#define WINDOW_BYTES 0x2000u
/* Directly above the window; the page above it is not there. */
#define READ_ONLY_BASE  (WINDOW_BASE + WINDOW_BYTES)
#define READ_ONLY_BYTES 0x1000u

#define PATCH_BYTES 16u

struct batch_header {
  u32 magic;
  u32 cases;
  u32 code_bytes; /* a multiple of 4096 */
  u32 ldt_entries;
};

/* Bytes of the window that this case starts with. */
struct patch {
  u32 at; /* offset in the window; at + PATCH_BYTES <= WINDOW_BYTES */
  u8 bytes[PATCH_BYTES];
};

struct test_case {
  u32 gpr[8]; /* ModRM order */
  u32 eip;
  u32 eflags;
  u32 ds_es; /* DS in the low half */
  u32 fs_gs;
  u32 cs_ss;
  struct patch patch[2];
};

struct result {
  u32 gpr[8];
  u32 eip;
  u32 eflags;
  u32 ds_es;
  u32 fs_gs;
  u32 cs_ss;
  u32 vector;
  u32 error_code;
  u32 cr2;
  /* Of the window's words that differ from its first bytes: see window_digest. */
  u32 digest;
};

#endif
