/*
 * The application as the kernel sees it: a task with its memory and its system calls. The calls arrive by int
 * 0x80 directly from ring 3, as fast as without a VMM. To show the difference, they also arrive by int 0x81,
 * which the VMM bounces.
 */
#include "kernel.h"
#include "print.h"
#include "system-calls.h"

extern char app_start[], app_end[], app_entry[], app_stack_top[];

enum task_state { TASK_READY, TASK_RUNNING, TASK_ENDED };

/* The addresses from start up to, but not including, end. */
struct range {
  u32 start, end;
};

struct task {
  const char *name;
  enum task_state state;
  struct task *parent;
  struct range memory;
  u32 calls[CALL_COUNT]; /* how often it made each system call */
  volatile u32 *alarm;   /* what its alarm sets; NULL when none is pending */
};

static struct task kernel_task = {.name = "kernel", .state = TASK_RUNNING};
static struct task app_task = {.name = "app", .state = TASK_READY, .parent = &kernel_task};
static struct task *running = &kernel_task;

static bool contains(const struct range *range, u32 start, u32 length) {
  return start >= range->start && start <= range->end && length <= range->end - start;
}

/* The kernel prints only what the task could have read itself. */
static u32 call_write(struct task *task, u32 text, u32 length) {
  if (!contains(&task->memory, text, length)) return CALL_FAILED;
  printk("%s: ", task->name);
  console_write((const char *)text, length);
  return length;
}

static u32 call_alarm(struct task *task, u32 microseconds, u32 flag) {
  if (!contains(&task->memory, flag, sizeof(u32))) return CALL_FAILED;
  task->alarm = (volatile u32 *)flag;
  timer_set(microseconds);
  return 0;
}

static _Noreturn void call_exit(struct task *task, u32 status) {
  task->state = TASK_ENDED;
  running = task->parent;
  printk("%s: %s ended with status %u\n", running->name, task->name, status);
  printk("%s: it wrote %u times, set %u alarm\n", running->name, task->calls[CALL_WRITE],
         task->calls[CALL_ALARM]);
  printk("%s: power off\n", running->name);
  domain_shutdown(SHUTDOWN_poweroff);
}

static u32 do_call(struct task *task, enum system_call_number number, u32 first, u32 second) {
  if (number >= CALL_COUNT) return CALL_FAILED;
  task->calls[number]++;
  switch (number) {
  case CALL_WRITE:
    return call_write(task, first, second);
  case CALL_ALARM:
    return call_alarm(task, first, second);
  case CALL_EXIT:
    call_exit(task, first);
  default:
    return CALL_FAILED;
  }
}

/* The frame of the first call by each way is shown. */
void system_call(struct trap_frame *frame) {
  static bool shown[2];
  bool *before = &shown[frame->vector == VECTOR_BOUNCED_CALL];

  if (!*before) {
    printk("  system call by vector %02x\n", frame->vector);
    print_frame(frame);
    *before = true;
  }
  frame->eax = do_call(running, frame->eax, frame->ebx, frame->ecx);
}

void task_timer_event(void) {
  if (running->alarm == NULL) return;
  *running->alarm = 1;
  running->alarm = NULL;
}

_Noreturn void task_start(void) {
  app_task.memory = (struct range){(u32)app_start, (u32)app_end};
  app_task.state = TASK_RUNNING;
  running = &app_task;
  enter_ring3((u32)app_entry, (u32)app_stack_top);
}
