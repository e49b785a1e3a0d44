/* A small stack machine that runs a nested loop: an indirect jump for each of its instructions. */
#include "bench.h"

enum op { PUSH, ADD, MUL, XOR, LOAD, STORE, DECREMENT_JUMP, HALT };

/* for (i = OUTER; i; i--) for (j = 250; j; j--) sum = (sum * 33 + j) ^ i; variables: 0 sum, 1 i, 2 j */
#define OUTER AMOUNT(40000, 100)

static const u32 program[] = {
    PUSH,          OUTER, STORE,          1,
    /* 4: */ PUSH, 250,   STORE,          2,
    /* 8: */ LOAD, 0,     PUSH,           33, MUL, LOAD,           2, ADD, LOAD, 1, XOR,
    STORE,         0,     DECREMENT_JUMP, 2,  8,   DECREMENT_JUMP, 1, 4,   HALT,
};

static u32 interpret(const u32 *code) {
  u32 stack[16], variables[4] = {0};
  u32 *top = stack;
  const u32 *at = code;

  for (;;) {
    switch ((enum op) * at++) {
    case PUSH:
      *top++ = *at++;
      break;
    case ADD:
      top--;
      top[-1] += top[0];
      break;
    case MUL:
      top--;
      top[-1] *= top[0];
      break;
    case XOR:
      top--;
      top[-1] ^= top[0];
      break;
    case LOAD:
      *top++ = variables[*at++];
      break;
    case STORE:
      variables[*at++] = *--top;
      break;
    case DECREMENT_JUMP:
      if (--variables[at[0]])
        at = code + at[1];
      else
        at += 2;
      break;
    case HALT:
      return variables[0];
    }
  }
}

u32 bench_kernel(void) {
  return interpret(program);
}
