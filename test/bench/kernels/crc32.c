/* CRC-32 by table: a byte load, a dependent table load, a shift. */
#include "bench.h"

#define LENGTH AMOUNT(1u << 20, 1u << 16)
#define ROUNDS AMOUNT(350, 3)

static u32 table[256];
static u8 data[LENGTH];

static void make_table(void) {
  for (u32 n = 0; n < 256; n++) {
    u32 c = n;

    for (int k = 0; k < 8; k++)
      c = c & 1 ? 0xedb88320 ^ (c >> 1) : c >> 1;
    table[n] = c;
  }
}

u32 bench_kernel(void) {
  u32 seed = 1, crc = 0;

  make_table();
  for (u32 i = 0; i < LENGTH; i++)
    data[i] = (u8)bench_random(&seed);
  for (u32 round = 0; round < ROUNDS; round++) {
    crc = ~crc;
    for (u32 i = 0; i < LENGTH; i++)
      crc = table[(crc ^ data[i]) & 255] ^ (crc >> 8);
    crc = ~crc;
  }
  return crc;
}
