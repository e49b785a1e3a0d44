/* The multiboot information. It is copied before the loader's memory is used for something else. */
#include "vmm/boot.h"
#include "vmm/config.h"
#include "vmm/log.h"
#include "vmm/string.h"
#include "x86/boot.h"

#define INFO_MEMORY    (1u << 0)
#define INFO_COMMAND   (1u << 2)
#define INFO_MODULES   (1u << 3)
#define INFO_MAP       (1u << 6)
#define INFO_LOADER    (1u << 9)
#define MAP_USABLE     1
#define LOW_MEMORY_END 0x100000u
#define IDENTITY_END   0x40000000u /* what boot.S maps */

struct multiboot_info {
  u32 flags, mem_lower, mem_upper, boot_device, command_line, module_count, modules;
  u32 symbols[4];
  u32 map_length, map, drives_length, drives, config_table, loader_name;
};

struct multiboot_module {
  u32 start, end, string, reserved;
};

/* `size` does not count the size field itself. */
struct multiboot_range {
  u32 size;
  u64 base, length;
  u32 type;
} __attribute__((packed));

struct boot_info boot_info;

/* GRUB 2 passes only arguments. Other loaders put the file's name before them. */
static bool names_come_first(const struct multiboot_info *info) {
  return !(info->flags & INFO_LOADER) || !string_starts((const char *)info->loader_name, "GRUB 2");
}

static void split_name(const char *text, bool named, char *name, u32 name_size, char *arguments) {
  u32 length = 0;
  while (*text == ' ')
    text++;
  if (named) {
    while (text[length] && text[length] != ' ')
      length++;
    if (name) string_copy(name, text, min(length + 1, name_size));
    text += length;
    while (*text == ' ')
      text++;
  }
  string_copy(arguments, text, BOOT_STRING_MAX);
}

static void copy_modules(const struct multiboot_info *info) {
  const struct multiboot_module *module = (const struct multiboot_module *)info->modules;
  if (!(info->flags & INFO_MODULES)) return;
  boot_info.modules_passed = info->module_count;
  for (u32 i = 0; i < min(info->module_count, BOOT_MODULES_MAX); i++) {
    struct boot_module *m = &boot_info.modules[boot_info.module_count++];
    m->start = module[i].start;
    m->end = module[i].end;
    if (module[i].string)
      split_name((const char *)module[i].string, names_come_first(info), m->name, sizeof(m->name),
                 m->arguments);
  }
}

/* Adds [start, end), in bytes, without what the image and the modules occupy. */
static void add_range(u64 start, u64 end, const struct memory_hole *holes, u32 hole_count) {
  for (u32 i = 0; i < hole_count; i++) {
    if (end <= holes[i].start || start >= holes[i].end) continue;
    if (start < holes[i].start) add_range(start, holes[i].start, holes, hole_count);
    if (end > holes[i].end) add_range(holes[i].end, end, holes, hole_count);
    return;
  }
  u32 first = (u32)((start + PAGE_SIZE - 1) >> PAGE_SHIFT), last = (u32)(end >> PAGE_SHIFT);
  if (first >= last || boot_info.range_count == BOOT_RANGES_MAX) return;
  boot_info.ranges[boot_info.range_count++] = (struct boot_range){first, last};
}

static void copy_ranges(const struct multiboot_info *info, const struct memory_hole *holes, u32 hole_count) {
  if (!(info->flags & INFO_MAP)) {
    add_range(LOW_MEMORY_END, LOW_MEMORY_END + (u64)info->mem_upper * 1024, holes, hole_count);
    return;
  }
  for (u32 at = info->map; at < info->map + info->map_length;) {
    const struct multiboot_range *range = (const struct multiboot_range *)at;
    u64 start = max(range->base, (u64)LOW_MEMORY_END), end = min(range->base + range->length, 1ull << 32);
    if (range->type == MAP_USABLE && start < end) add_range(start, end, holes, hole_count);
    at += range->size + sizeof(range->size);
  }
}

void boot_info_copy(u32 magic, u32 information) {
  extern const u8 image_end[];
  const struct multiboot_info *info = (const struct multiboot_info *)information;
  struct memory_hole holes[BOOT_MODULES_MAX + 1] = {{0, (u32)image_end - VMM_OFFSET}};
  u32 hole_count = 1;
  if (magic != MULTIBOOT_BOOT_MAGIC) vmm_bug("not started by a multiboot loader");
  copy_modules(info);
  for (u32 i = 0; i < boot_info.module_count; i++) {
    const struct boot_module *m = &boot_info.modules[i];
    holes[hole_count++] = (struct memory_hole){PAGE_DOWN(m->start), PAGE_UP(m->end)};
  }
  if (info->flags & INFO_COMMAND)
    split_name((const char *)info->command_line, names_come_first(info), NULL, 0, boot_info.command_line);
  copy_ranges(info, holes, hole_count);
}

const char *boot_option(const char *name) {
  u32 length = strlen(name);
  for (const char *word = boot_info.command_line; *word;) {
    if (strncmp(word, name, length) == 0 && word[length] == '=') return word + length + 1;
    while (*word && *word != ' ')
      word++;
    while (*word == ' ')
      word++;
  }
  return NULL;
}
