/*
 * The application runs in ring 3, in its own pages. It knows only the system calls of the kernel, and may
 * access nothing of it.
 */
#include "app.h"

enum shape_kind { SHAPE_SQUARE, SHAPE_RECTANGLE };

struct shape {
  enum shape_kind kind;
  u32 width, height;
  struct shape *next;
};

static struct shape shapes[] = {
    {SHAPE_SQUARE, 3, 3, &shapes[1]},
    {SHAPE_RECTANGLE, 4, 5, &shapes[2]},
    {SHAPE_SQUARE, 1, 1, NULL},
};

static u32 write(const char *text) {
  u32 length = 0;

  while (text[length] != '\0')
    length++;
  return app_system_call(CALL_WRITE, (u32)text, length);
}

static void report(u32 refused) {
  write(refused ? "app: refused\n" : "app: done\n");
}

static u32 area(const struct shape *shape) {
  u32 square = shape->width * shape->height;

  return square;
}

static u32 total_area(const struct shape *first) {
  u32 total = 0;

  for (const struct shape *shape = first; shape != NULL; shape = shape->next)
    total += area(shape);
  return total;
}

void app_main(void) {
  u32 total;

  write("app: hello from ring 3\n");
  total = total_area(shapes);
  write(total == 30 ? "app: the shapes' area is 30\n" : "app: wrong area\n");

  write("app: reading the kernel's memory\n");
  report(app_probe_read());
  write("app: turning interrupts off\n");
  report(app_probe_cli());
  app_system_call(CALL_EXIT, 0, 0);
}
