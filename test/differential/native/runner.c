/*
 * Runs batches of machine-code cases on the host's processor.
 *
 *   runner BATCH RESULTS       (RESULTS exists and has its final size)
 *
 * Each case is entered with all its registers and left by a signal: a fault, or
 * the INT3 that stands everywhere in the code area where no case's code does.
 * The handler notes the state that the kernel saved and goes straight on into
 * the next case; no handler ever returns, so a case costs one exception and one
 * crossing. Trap flags and sigreturn would cost several times that.
 *
 * The program is linked and keeps its stacks far away from where cases read
 * and write; a case that gets out of hand can end only the runner, which the
 * caller notices.
 */
#include "batch.h"
#include "linux.h"

#define ALT_STACK_BYTES 0x10000
#define SECONDS_LIMIT   60

static struct {
  const struct batch_header *header;
  const struct user_desc *ldt;
  const u8 *code;
  const u8 *window;
  const u8 *read_only;
  const struct test_case *cases;
  struct result *results;
  u8 *final_window; /* the window after the last case, after the results */
} batch;

/* Sixteen bytes of the window, compared in one go. */
typedef u32 row_words __attribute__((vector_size(16)));
typedef char row_bytes __attribute__((vector_size(16)));

static u32 running; /* index of the case under way */
static u8 alt_stack[ALT_STACK_BYTES] __attribute__((aligned(64)));

/* What enter_case loads, in its order. */
struct {
  u32 gs, fs, es, ds;
  u32 edi, esi, ebp, unused, ebx, edx, ecx, eax; /* as POPA takes them */
  u32 eflags;
  u32 esp, ss; /* as LSS takes them */
  u32 eip, cs; /* as a far jump takes them */
} next_case;

static void copy(void *to, const void *from, u32 bytes) {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* Folds the words of one 16-byte row that changed, and their places, and puts them back. */
static u32 fold_row(u32 digest, u32 row) {
  u32 *now = (u32 *)WINDOW_BASE + row * 4;
  const u32 *before = (const u32 *)batch.window + row * 4;
  u32 i;

  for (i = 0; i < 4; i++) {
    if (now[i] == before[i]) continue;
    digest = (digest ^ now[i]) * 0x01000193u + row * 4 + i;
    now[i] = before[i];
  }
  return digest;
}

/* The digest of the window, which is left as it was before the case. batch.ts computes the same. */
static u32 window_digest(void) {
  const row_words *now = (const row_words *)WINDOW_BASE;
  const row_words *before = (const row_words *)batch.window;
  u32 digest = 0;
  u32 row;

  for (row = 0; row < WINDOW_BYTES / 16; row++)
    if (__builtin_ia32_pmovmskb128((row_bytes)(now[row] == before[row])) != 0xffff)
      digest = fold_row(digest, row);
  return digest;
}

/*
 * Loads next_case and jumps into it. Once DS is the case's own, memory is
 * reached through CS, which is flat and readable here.
 */
void enter_case(void) __attribute__((noreturn));
asm("enter_case:\n\t"
    "movl $next_case + 16, %esp\n\t"
    "movl next_case, %eax\n\t"
    "movl %eax, %gs\n\t"
    "movl next_case + 4, %eax\n\t"
    "movl %eax, %fs\n\t"
    "movl next_case + 8, %eax\n\t"
    "movl %eax, %es\n\t"
    "movl next_case + 12, %eax\n\t"
    "movl %eax, %ds\n\t"
    "popal\n\t"
    "popfl\n\t"
    "lss %cs:next_case + 52, %esp\n\t"
    "ljmp *%cs:next_case + 60\n");

static void lay_out(const struct test_case *test) {
  u32 i;

  for (i = 0; i < 2; i++)
    copy((void *)(WINDOW_BASE + test->patch[i].at), test->patch[i].bytes, PATCH_BYTES);
  next_case.eax = test->gpr[0];
  next_case.ecx = test->gpr[1];
  next_case.edx = test->gpr[2];
  next_case.ebx = test->gpr[3];
  next_case.esp = test->gpr[4];
  next_case.ebp = test->gpr[5];
  next_case.esi = test->gpr[6];
  next_case.edi = test->gpr[7];
  next_case.eip = test->eip;
  next_case.eflags = test->eflags;
  next_case.ds = test->ds_es & 0xffff;
  next_case.es = test->ds_es >> 16;
  next_case.fs = test->fs_gs & 0xffff;
  next_case.gs = test->fs_gs >> 16;
  next_case.cs = test->cs_ss & 0xffff;
  next_case.ss = test->cs_ss >> 16;
}

static void note(struct result *result, const struct sigcontext *context) {
  result->gpr[0] = context->eax;
  result->gpr[1] = context->ecx;
  result->gpr[2] = context->edx;
  result->gpr[3] = context->ebx;
  result->gpr[4] = context->esp;
  result->gpr[5] = context->ebp;
  result->gpr[6] = context->esi;
  result->gpr[7] = context->edi;
  result->eip = context->eip;
  result->eflags = context->eflags;
  result->ds_es = context->ds | (u32)context->es << 16;
  result->fs_gs = context->fs | (u32)context->gs << 16;
  result->cs_ss = context->cs | (u32)context->ss << 16;
  result->vector = context->trapno;
  result->error_code = context->err;
  result->cr2 = context->cr2;
}

/* The window after the last case, before window_digest puts it back. */
static void finish(void) {
  copy(batch.final_window, (const void *)WINDOW_BASE, WINDOW_BYTES);
}

static void __attribute__((noreturn)) exit_runner(void) {
  system_call(__NR_exit_group, 0, 0, 0, 0, 0);
  __builtin_unreachable();
}

/* A case may leave NT, AC, ID or DF set: begin with plain flags. The kernel has loaded flat DS, ES, CS and
 * SS. */
asm("on_signal:\n\t"
    "pushl $2\n\t"
    "popfl\n\t"
    "jmp handle_signal\n");
void on_signal(void);
void handle_signal(int number, siginfo_t *info, struct ucontext *saved);

void handle_signal(int number, siginfo_t *info, struct ucontext *saved) {
  struct result *result = &batch.results[running++];

  (void)info;
  if (number == SIGALRM) die("runner: a case did not end in time\n");
  note(result, &saved->uc_mcontext);
  if (running == batch.header->cases) finish();
  result->digest = window_digest();
  if (running == batch.header->cases) exit_runner();
  lay_out(&batch.cases[running]);
  enter_case();
}

static void catch_signals(void) {
  static const int numbers[] = {SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGALRM};
  /* As rt_sigaction takes it; the mask blocks nothing, and no handler returns. */
  struct {
    void (*handler)(void);
    unsigned long flags;
    void (*restorer)(void);
    u32 mask[2];
  } action = {on_signal, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, 0, {0, 0}};
  stack_t stack = {.ss_sp = alt_stack, .ss_flags = 0, .ss_size = ALT_STACK_BYTES};
  u32 i;

  system_call(__NR_sigaltstack, (int)&stack, 0, 0, 0, 0);
  for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
    system_call(__NR_rt_sigaction, numbers[i], (int)&action, 0, 8, 0);
}

static void open_batch(const char *batch_path, const char *results_path) {
  u32 result_bytes, batch_bytes;
  int file = system_call(__NR_open, (int)batch_path, 0 /* O_RDONLY */, 0, 0, 0);
  int out = system_call(__NR_open, (int)results_path, 2 /* O_RDWR */, 0, 0, 0);
  const u8 *at;

  if (file < 0 || out < 0) die("runner: cannot open the batch or the results\n");
  batch_bytes = (u32)system_call(__NR_lseek, file, 0, 2 /* SEEK_END */, 0, 0);
  at = map(0, batch_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file);
  batch.header = (const struct batch_header *)at;
  if (batch.header->magic != BATCH_MAGIC || batch.header->code_bytes > CODE_MAX || batch.header->cases == 0)
    die("runner: this is no batch\n");
  at += sizeof(struct batch_header);
  batch.ldt = (const struct user_desc *)at;
  at += batch.header->ldt_entries * sizeof(struct user_desc);
  batch.code = at;
  at += batch.header->code_bytes;
  batch.window = at;
  at += WINDOW_BYTES;
  batch.read_only = at;
  at += READ_ONLY_BYTES;
  batch.cases = (const struct test_case *)at;
  result_bytes = batch.header->cases * sizeof(struct result);
  batch.results = map(0, result_bytes + WINDOW_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, out);
  batch.final_window = (u8 *)batch.results + result_bytes;
}

/* Every page is touched here, so that no fault of the host's own paging shows up in a case. */
static void map_memory(void) {
  const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE;
  const int rw = PROT_READ | PROT_WRITE;
  u32 i;

  map(CODE_BASE, batch.header->code_bytes, rw, fixed, -1);
  copy((void *)CODE_BASE, batch.code, batch.header->code_bytes);
  system_call(__NR_mprotect, CODE_BASE, (int)batch.header->code_bytes, PROT_READ | PROT_EXEC, 0, 0);
  map(WINDOW_BASE, WINDOW_BYTES + READ_ONLY_BYTES, rw, fixed, -1);
  copy((void *)WINDOW_BASE, batch.window, WINDOW_BYTES);
  copy((void *)READ_ONLY_BASE, batch.read_only, READ_ONLY_BYTES);
  system_call(__NR_mprotect, READ_ONLY_BASE, READ_ONLY_BYTES, PROT_READ, 0, 0);
  for (i = 0; i < batch.header->ldt_entries; i++)
    if (system_call(__NR_modify_ldt, 0x11, (int)&batch.ldt[i], sizeof(struct user_desc), 0, 0) != 0)
      die("runner: modify_ldt refused a descriptor\n");
}

void runner_main(int argc, char **argv) __attribute__((noreturn));

void runner_main(int argc, char **argv) {
  if (argc != 3) die("usage: runner BATCH RESULTS\n");
  open_batch(argv[1], argv[2]);
  map_memory();
  catch_signals();
  system_call(__NR_alarm, SECONDS_LIMIT, 0, 0, 0, 0);
  lay_out(&batch.cases[0]);
  enter_case();
}

asm(".globl _start\n"
    "_start:\n\t"
    "movl (%esp), %eax\n\t"
    "leal 4(%esp), %edx\n\t"
    "pushl %edx\n\t"
    "pushl %eax\n\t"
    "call runner_main\n");
