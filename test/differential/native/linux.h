/* The few system calls the runner needs: it has no C library, so that nothing of its own stands where a case
 * may reach. */
#ifndef LINUX_H
#define LINUX_H

#include <asm/ldt.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/mman.h>

static inline int system_call(int nr, int a, int b, int c, int d, int e) {
  int result;

  asm volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
  return result;
}

/* Standard output of the runner is not used; `text` goes to standard error. */
static inline void __attribute__((noreturn)) die(const char *text) {
  int length = 0;

  while (text[length])
    length++;
  system_call(__NR_write, 2, (int)text, length, 0, 0);
  system_call(__NR_exit_group, 1, 0, 0, 0, 0);
  __builtin_unreachable();
}

/* The old mmap call takes its six arguments in memory. */
static inline void *map(unsigned int at, unsigned int length, int rights, int flags, int file) {
  int arguments[6] = {(int)at, (int)length, rights, flags, file, 0};
  int result = system_call(__NR_mmap, (int)arguments, 0, 0, 0, 0);

  if ((unsigned int)result > 0xfffff000u) die("runner: mmap failed\n");
  return (void *)result;
}

#endif
