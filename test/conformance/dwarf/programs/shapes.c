/*
 * A program with one of everything that a C debugger must read: each kind of
 * type, nested blocks, recursion, inlined calls, spread and constant
 * variables. `stop_here` is where the harness stops it.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

enum colour { RED, GREEN = 5, BLUE };
enum level { LOW = -1, MIDDLE, HIGH };

struct node;
typedef int (*visit_fn)(struct node *node, void *context);

struct flags {
  u32 present : 1;
  u32 writable : 1;
  u32 level : 3;
  u32 : 3;
  u32 frame : 20;
  signed int delta : 4;
};

union word {
  u32 whole;
  u16 half[2];
  u8 bytes[4];
};

struct node {
  struct node *next;
  const char *name;
  u64 stamp;
  enum colour colour;
  union {
    u32 id;
    struct {
      u16 low, high;
    };
  };
  struct flags flags;
  union word matrix[2][3];
  visit_fn visit;
  volatile u32 *const port;
};

struct buffer {
  u32 length;
  u8 data[];
};

struct opaque;

static const char *const names[] = {"alpha", "beta", "gamma"};
static int calls;
u32 total;
u64 wide = 0x1122334455667788ull;
enum level depth = HIGH;
struct opaque *secret;
struct buffer *tail;
int grid[3][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
_Bool ready;
double ratio = 0.5;

volatile int sink;

__attribute__((noinline)) void stop_here(int code, struct node *node) {
  sink = code + (node ? (int)node->id : 0);
}

static inline int square(int side) {
  int area = side * side;
  sink = area;
  return area;
}

static inline __attribute__((always_inline)) int cube(int edge) {
  int face = square(edge);
  return face * edge;
}

static __attribute__((noinline)) int visit_node(struct node *node, void *context) {
  u32 *sum = context;
  *sum += node->id;
  calls++;
  stop_here(1, node);
  return (int)*sum;
}

__attribute__((noinline)) int recurse(int n, struct node *node) {
  static u32 entered;
  int local = n * 3;
  entered++;
  if (n == 0) {
    stop_here(local, node);
    return 1;
  }
  return recurse(n - 1, node) + local;
}

__attribute__((noinline)) u64 mix(u64 a, u32 b, u8 c) {
  u64 x = a * b;
  for (u32 i = 0; i < b; i++) {
    u64 y = x ^ (i << c);
    x += y;
    if (i & 1) {
      int odd = (int)(i >> 1);
      sink = odd;
      stop_here(odd, 0);
    }
  }
  return x;
}

__attribute__((noinline)) int walk(struct node *list, visit_fn visit) {
  u32 sum = 0;
  int count = 0;
  for (struct node *node = list; node; node = node->next) {
    struct flags flags = node->flags;
    if (flags.present) {
      int result = visit(node, &sum);
      count += cube(result & 7);
    }
  }
  total += sum;
  return count;
}

__attribute__((noinline)) struct flags make_flags(u32 frame) {
  struct flags flags = {.present = 1, .level = 5, .frame = frame, .delta = -3};
  return flags;
}

int variadic(const char *format, ...);

__attribute__((noinline)) int variadic(const char *format, ...) {
  __builtin_va_list arguments;
  __builtin_va_start(arguments, format);
  int first = __builtin_va_arg(arguments, int);
  __builtin_va_end(arguments);
  stop_here(first, 0);
  return first;
}

static u32 port_word;

int main(int argc, char **argv) {
  struct node second = {0,       names[1],   wide,      BLUE, {.id = 7}, make_flags(0x22),
                        {{{1}}}, visit_node, &port_word};
  struct node first = {&second, names[0], wide + 1, RED, {.id = 3}, make_flags(0x11), {{{2}}}, visit_node, 0};
  int count = walk(&first, first.visit);
  int deep = recurse(3, &second);
  u64 mixed = mix(wide, (u32)argc + 3, 2);
  ready = argv != 0;
  total += (u32)(count + deep + (int)mixed + variadic("%d", 42) + grid[argc][0]);
  return total == 0 && calls == 0;
}
