/* Random cases: descriptors, gates and selectors as no one would write them down. */
#include "harness.h"
#include "print.h"
#include "selectors.h"

#define CASES 4000
#define GROUP 100

/* Defined as 1 (-DSHOW_RANDOM=1), it shows which of them differ. */
#ifndef SHOW_RANDOM
#define SHOW_RANDOM 0
#endif

extern void (*const fuzz_ops[])(void), (*const fuzz_ops_end[])(void);
extern void gate_target(void);
extern u8 task[];

/* What the operations take. */
u32 fuzz_selector, fuzz_other;
struct {
  u32 offset;
  u16 selector;
} __attribute__((packed)) fuzz_pointer;

static u32 state;
/* The privilege level that the case is mostly about, so that not all of it is refused at once. */
static u32 level;

static u32 random_below(u32 limit) {
  state = state * 1664525 + 1013904223;
  return (state >> 16) % limit;
}

enum { PRESENT = 0x80, SEGMENT = 0x10, CODE = 0x08, DOWN = 0x04 };

/* System types that can be met; 16-bit gates and TSSs have cases of their own. */
static const u8 system_types[] = {0, 2, 5, 8, 9, 9, 10, 11, 12, 12, 13, 14, 15};
static const u16 selectors[] = {0,           CODE0,       DATA0,  CODE1,  DATA1,     CODE3,
                                DATA3,       FUZZ_A,      FUZZ_B, DATA0,  CODE1,     TASK,
                                TSS,         CONFORMING0, READ3,  BEYOND, TASK_GATE, ABSENT_CODE,
                                ABSENT_DATA, LDT,         GATE0,  GATE1,  CODE3 | 4};

static u32 random_level(void) {
  return random_below(4) != 0 ? level : random_below(4);
}

static u32 random_selector(void) {
  u32 selector = random_below(2) != 0 ? FUZZ_A : selectors[random_below(ARRAY_LENGTH(selectors))];

  return selector | random_level();
}

static u32 random_access(u32 type) {
  return type | (random_level() << 5) | (random_below(8) != 0 ? PRESENT : 0);
}

static struct descriptor random_gate(u32 type) {
  u32 target = (u32)gate_target;

  return (struct descriptor){
      .low = (random_selector() << 16) | (target & 0xffff),
      .high = (target & 0xffff0000) | (random_access(type) << 8) | random_below(type == 12 ? 3 : 1),
  };
}

/* Flat where a stack could stand on it; the task's for a TSS. */
static struct descriptor random_segment(u32 type) {
  bool down = (type & (CODE | DOWN)) == DOWN;
  bool is_short = (type & CODE) != 0 && random_below(8) == 0;

  return (struct descriptor){
      .low = is_short ? 0xfff
             : down   ? 0
                      : 0xffff,
      .high = (is_short || down ? 0x400000 : 0xcf0000) | (random_access(type | SEGMENT) << 8),
  };
}

static struct descriptor random_system(u32 type) {
  u32 base = (u32)task;

  return (struct descriptor){
      .low = (base << 16) | (random_below(4) == 0 ? 0x66 : 0x67),
      .high = (base & 0xff000000) | ((base >> 16) & 0xff) | (random_access(type) << 8),
  };
}

static struct descriptor random_descriptor(void) {
  u32 type;

  if (random_below(4) != 0) return random_segment(random_below(16));
  type = system_types[random_below(ARRAY_LENGTH(system_types))];
  return type == 5 || type >= 12 ? random_gate(type) : random_system(type);
}

static void prepare(void) {
  static const u8 gates[] = {5, 12, 14, 14, 14, 15, 15, 15};
  struct descriptor a = random_descriptor(), b = random_descriptor();

  fuzz_selector = random_selector();
  fuzz_other = random_selector();
  fuzz_pointer.offset = (u32)gate_target;
  fuzz_pointer.selector = (u16)fuzz_selector;
  tables_reset();
  tables_set(FUZZ_A, a);
  tables_set(FUZZ_B, b);
  tables_set_gate(INT_FUZZ, random_gate(gates[random_below(ARRAY_LENGTH(gates))]));
  tables_set_inner_stack(fuzz_selector);
  if (SHOW_RANDOM) printk(" a=%x b=%x selectors=%x,%x", a.high, b.high, fuzz_selector, fuzz_other);
}

static u32 mix(u32 hash, u32 word) {
  return (hash ^ word) * 0x01000193;
}

/* What print_outcome would show, in one word. */
static u32 digest(u32 hash) {
  bool has_code = has_error_code(outcome.vector);
  u32 words = (has_code ? 4 : 3) + ((outcome.frame[has_code ? 2 : 1] & 3) != 0 ? 2 : 0);

  hash = mix(hash, outcome.vector);
  for (u32 at = 0; at < words; at++)
    hash = mix(hash, outcome.frame[at]);
  return mix(mix(mix(mix(hash, outcome.eax), outcome.ebx), outcome.ecx), outcome.edx);
}

/* A line for each group of cases; each case has one of its own when SHOW_RANDOM asks for it. */
void run_fuzz(void) {
  static const u8 rings[] = {0, 0, 1, 3, 3};
  u32 hash = 0;

  state = 1;
  for (u32 n = 0; n < CASES; n++) {
    u32 op = random_below((u32)(fuzz_ops_end - fuzz_ops));
    u32 ring = rings[random_below(ARRAY_LENGTH(rings))];

    if (SHOW_RANDOM) printk("random %u: op %u ring %u", n, op, ring);
    level = random_below(2) != 0 ? ring : random_below(4);
    prepare();
    run_case(fuzz_ops[op], ring);
    hash = digest(hash);
    if (SHOW_RANDOM) {
      print_outcome("", fuzz_ops[op]);
      printk("\n");
    }
    if ((n + 1) % GROUP == 0) printk("random cases up to %u: %x\n", n, hash);
  }
}
