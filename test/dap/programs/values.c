/*
 * One of each construct whose value debuggers get wrong. `stop` is where the
 * test looks; what each variable is worth stands in its initialiser.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

enum wide { NEAR = 1, FAR = 0xfedcba9876543210 };

struct __attribute__((packed)) crossing {
  u32 low : 27;
  u32 high : 30;
  u8 rest : 7;
};

struct pair {
  int first, second;
};

volatile int sink;
enum wide where = FAR;
u64 pte = 0x8000000012345067;
long double extended = -2.25L;
float single = 0.1f;
double twice = 1e100;
_Complex float phase = 1.5f + 2.0if;
u8 address[6] = {0, 0x50, 0xc2, 1, 2, 3};
struct crossing crossing = {0x5555555, 999999937, 77};
struct pair pairs[2] = {{1, 2}, {3, 4}};

__attribute__((noinline)) void stop(void) {
  sink++;
}

__attribute__((noinline)) int rows(int count, int width) {
  int row[count];
  short table[count][width];
  for (int i = 0; i < count; i++) {
    row[i] = 10 * i;
    for (int j = 0; j < width; j++)
      table[i][j] = (short)(100 * i + j);
  }
  stop();
  return row[count - 1] + table[count - 1][width - 1];
}

void kernel_main(void) {
  sink = rows(3, 2);
  sink =
      (int)single + (int)twice + (int)where + pairs[sink & 1].first + crossing.rest + address[1] + (int)pte;
}
