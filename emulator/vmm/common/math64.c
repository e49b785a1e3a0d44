/* 64-bit division: the functions that the compiler calls for u64 / u64. */
#include "vmm/types.h"

u64 __udivdi3(u64 dividend, u64 divisor);
u64 __umoddi3(u64 dividend, u64 divisor);
u64 __udivmoddi4(u64 dividend, u64 divisor, u64 *remainder);

/* Divides bit by bit, as nothing that runs often divides 64 bits. */
u64 __udivmoddi4(u64 dividend, u64 divisor, u64 *remainder) {
  u64 quotient = 0, rest = 0;
  for (int bit = 63; bit >= 0; bit--) {
    bool carry = rest >> 63;
    rest = rest << 1 | (dividend >> bit & 1);
    if (carry || rest >= divisor) {
      rest -= divisor;
      quotient |= 1ull << bit;
    }
  }
  if (remainder) *remainder = rest;
  return quotient;
}

u64 __udivdi3(u64 dividend, u64 divisor) {
  return __udivmoddi4(dividend, divisor, NULL);
}

u64 __umoddi3(u64 dividend, u64 divisor) {
  u64 remainder;
  __udivmoddi4(dividend, divisor, &remainder);
  return remainder;
}
