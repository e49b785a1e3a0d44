/*
 * The application runs in ring 3, in its own pages. It would run in the same way on the bare machine: it
 * knows only the system calls of the kernel, and nothing of the VMM.
 */
#include "app.h"

extern char kernel_start[];

enum shape_kind { SHAPE_SQUARE, SHAPE_RECTANGLE, SHAPE_TRIANGLE };

struct size {
  u32 width, height;
};

struct shape {
  enum shape_kind kind;
  struct size size;
  struct shape *next;
};

/* A list through the array, in the order in which the areas are added up. */
static struct shape shapes[] = {
    {SHAPE_SQUARE, {3, 3}, &shapes[2]},
    {SHAPE_TRIANGLE, {6, 4}, NULL},
    {SHAPE_RECTANGLE, {4, 5}, &shapes[1]},
};

static u32 length_of(const char *text) {
  u32 length = 0;

  while (text[length] != '\0')
    length++;
  return length;
}

static void say(const char *text) {
  app_system_call(CALL_WRITE, (u32)text, length_of(text));
}

static u32 area(const struct shape *shape) {
  u32 rectangle = shape->size.width * shape->size.height;

  return shape->kind == SHAPE_TRIANGLE ? rectangle / 2 : rectangle;
}

static u32 total_area(const struct shape *first, u32 areas[], u32 count) {
  u32 total = 0;

  for (const struct shape *shape = first; shape != NULL && count > 0; shape = shape->next, count--) {
    *areas = area(shape);
    total += *areas++;
  }
  return total;
}

static void compute(void) {
  u32 areas[ARRAY_LENGTH(shapes)];
  u32 total = total_area(&shapes[0], areas, ARRAY_LENGTH(areas));

  say(total == 41 ? "the shapes' area is 41\n" : "the shapes' area is wrong\n");
}

static void report(u32 refused) {
  say(refused ? "it was refused\n" : "it was done\n");
}

static void try_what_is_not_allowed(void) {
  say("reading the kernel's memory\n");
  report(app_probe_read(kernel_start));
  say("turning interrupts off\n");
  report(app_probe_cli());
  say("an interrupt without a handler\n");
  report(app_probe_int90());
  say("a hypercall\n");
  report(app_probe_hypercall());
}

/*
 * The alarm interrupts this loop, so the kernel's upcall finds ring 3 at work. The alarm is set through the
 * VMM, because that masks events until the return: so the alarm cannot ring in the kernel.
 */
static void wait_for_alarm(void) {
  static volatile u32 alarm;

  say("waiting for an alarm\n");
  app_bounced_call(CALL_ALARM, 100, (u32)&alarm);
  while (!alarm)
    ;
  say("it rang\n");
}

void app_main(void) {
  static const char bounced[] = "a system call by way of the VMM\n";

  say("hello from ring 3\n");
  app_bounced_call(CALL_WRITE, (u32)bounced, sizeof(bounced) - 1);
  compute();
  try_what_is_not_allowed();
  wait_for_alarm();
  app_system_call(CALL_EXIT, 0, 0);
}
