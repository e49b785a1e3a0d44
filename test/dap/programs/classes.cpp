// What C++ adds to C for a debugger: scopes, classes, references, `this`, virtual bases, templates, lambdas.
extern "C" void kernel_main(void);

volatile int sink;

namespace shapes {
int made = 0;

struct Point {
  int x, y;
  Point(int a, int b) : x(a), y(b) {
    made++;
  }
  int sum() const;
};

class Circle {
  Point centre;
  int radius;
  bool filled;

public:
  enum Kind { SMALL, LARGE };
  static int count;
  Circle(int x, int y, int r) : centre(x, y), radius(r), filled(true) {
    count++;
  }
  int area(const Point &by, int &out);
};

int Circle::count = 40;
} // namespace shapes

namespace other {
int made = 77;
}

__attribute__((noinline)) int shapes::Point::sum() const {
  sink = x;
  return x + y;
}

__attribute__((noinline)) int shapes::Circle::area(const Point &by, int &out) {
  out = radius * by.x;
  sink = out + centre.sum();
  return out;
}

struct Base {
  int b;
};
struct Left : virtual Base {
  int l;
};
struct Right : virtual Base {
  int r;
};
struct Both : Left, Right {
  int own;
};

template <typename T> __attribute__((noinline)) T twice(T value) {
  sink = value;
  return value + value;
}

__attribute__((noinline)) void look(Both &both) {
  sink = both.b + both.own;
}

void kernel_main(void) {
  shapes::Circle circle(3, 4, 5);
  int result = 0;
  sink = circle.area(shapes::Point(7, 8), result) + shapes::Circle::LARGE;
  sink = twice(21);
  Both both;
  both.b = 1;
  both.l = 2;
  both.r = 3;
  both.own = 4;
  look(both);
  auto lambda = [&](int by) __attribute__((noinline)) {
    sink = by + result;
    return by;
  };
  sink = lambda(9);
}
