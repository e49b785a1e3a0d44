#include "print.h"
#include "string.h"

#include <stdarg.h>

/* The text made so far. What does not fit is dropped. */
struct output {
  char text[PRINTK_MAX];
  size_t length;
};

static void put(struct output *out, char character) {
  if (out->length < sizeof(out->text)) out->text[out->length++] = character;
}

static void put_padded(struct output *out, const char *text, size_t width, char padding) {
  for (size_t length = strlen(text); length < width; length++)
    put(out, padding);
  while (*text != '\0')
    put(out, *text++);
}

/* Writes `value` in `base` so that it ends at `end`. Returns where it begins. */
static char *digits(char *end, u32 value, u32 base) {
  *end = '\0';
  do {
    *--end = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  return end;
}

static char *signed_digits(char *end, int value) {
  char *start = digits(end, value < 0 ? 0u - (u32)value : (u32)value, 10);

  if (value < 0) *--start = '-';
  return start;
}

static void format_to(struct output *out, const char *format, va_list arguments) {
  char number[12], *end = &number[sizeof(number) - 1];

  for (; *format != '\0'; format++) {
    size_t width = 0;
    char padding;

    if (*format != '%') {
      put(out, *format);
      continue;
    }
    padding = *++format == '0' ? '0' : ' ';
    while (*format >= '0' && *format <= '9')
      width = width * 10 + (size_t)(*format++ - '0');
    switch (*format) {
    case 's':
      put_padded(out, va_arg(arguments, const char *), width, ' ');
      break;
    case 'c':
      put(out, (char)va_arg(arguments, int));
      break;
    case 'd':
      put_padded(out, signed_digits(end, va_arg(arguments, int)), width, padding);
      break;
    case 'u':
      put_padded(out, digits(end, va_arg(arguments, u32), 10), width, padding);
      break;
    case 'x':
      put_padded(out, digits(end, va_arg(arguments, u32), 16), width, padding);
      break;
    default:
      put(out, *format);
    }
  }
}

void printk(const char *format, ...) {
  struct output out;
  va_list arguments;

  out.length = 0;
  va_start(arguments, format);
  format_to(&out, format, arguments);
  va_end(arguments);
  console_write(out.text, out.length);
}
