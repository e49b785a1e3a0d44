/* Formatted text. */
#include "vmm/log.h"
#include "vmm/string.h"

struct output {
  char *to;
  u32 size, length;
};

static void put(struct output *out, char c) {
  if (out->length + 1 < out->size) out->to[out->length++] = c;
}

static void put_number(struct output *out, u64 value, u32 base, u32 width, char pad, bool negative) {
  char digits[24];
  u32 count = 0;
  do {
    u32 digit = (u32)(base == 16 ? value & 15 : value % 10);
    digits[count++] = "0123456789abcdef"[digit];
    value = base == 16 ? value >> 4 : value / 10;
  } while (value);
  if (negative) put(out, '-');
  for (u32 n = count; n < width; n++)
    put(out, pad);
  while (count > 0)
    put(out, digits[--count]);
}

struct conversion {
  char pad;
  u32 width;
  bool wide; /* ll */
  char kind;
};

static const char *parse_conversion(const char *format, struct conversion *c) {
  *c = (struct conversion){.pad = ' '};
  if (*format == '0') c->pad = '0';
  c->width = string_number(format, &format);
  while (*format == 'l') {
    c->wide = true;
    format++;
  }
  c->kind = *format;
  return *format ? format + 1 : format;
}

u32 format_args(char *to, u32 size, const char *format, __builtin_va_list args) {
  struct output out = {to, size, 0};
  while (*format) {
    if (*format != '%') {
      put(&out, *format++);
      continue;
    }
    struct conversion c;
    format = parse_conversion(format + 1, &c);
    if (c.kind == 's') {
      for (const char *s = __builtin_va_arg(args, const char *); *s; s++)
        put(&out, *s);
    } else if (c.kind == 'c') {
      put(&out, (char)__builtin_va_arg(args, int));
    } else if (c.kind == 'd') {
      int value = __builtin_va_arg(args, int);
      put_number(&out, value < 0 ? 0u - (u32)value : (u32)value, 10, c.width, c.pad, value < 0);
    } else if (c.kind == 'u' || c.kind == 'x') {
      u64 value = c.wide ? __builtin_va_arg(args, u64) : __builtin_va_arg(args, u32);
      put_number(&out, value, c.kind == 'x' ? 16 : 10, c.width, c.pad, false);
    } else {
      put(&out, c.kind);
    }
  }
  if (size > 0) to[out.length] = 0;
  return out.length;
}

u32 format_text(char *to, u32 size, const char *format, ...) {
  __builtin_va_list args;
  __builtin_va_start(args, format);
  u32 length = format_args(to, size, format, args);
  __builtin_va_end(args);
  return length;
}
