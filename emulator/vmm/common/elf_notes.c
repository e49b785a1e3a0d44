/*
 * What a kernel declares about itself: ELF notes named "Xen", in a note segment or section, or the text of
 * the older `__xen_guest` section.
 */
#include "public/elfnote.h"
#include "public/layout.h"
#include "vmm/elf.h"
#include "vmm/image.h"
#include "vmm/string.h"

#define TEXT_MAX 1024
#define NAME_MAX 64

/*
 * Features that a kernel may demand. As on Xen it is enough that the name is known; XENVER_get_features tells
 * which of them are there.
 */
static const char *const features[] = {
    "writable_page_tables",
    "writable_descriptor_tables",
    "auto_translated_physmap",
    "supervisor_mode_kernel",
    "pae_pgdir_above_4gb",
    "mmu_pt_update_preserve_ad",
    "dom0",
};

static const char *set_number(struct image *image, u32 type, u32 value) {
  switch (type) {
  case XEN_ELFNOTE_ENTRY:
    image->entry = value;
    image->has_entry = true;
    break;
  case XEN_ELFNOTE_HYPERCALL_PAGE:
    image->hypercall_page = value;
    image->has_hypercall_page = true;
    break;
  case XEN_ELFNOTE_VIRT_BASE:
    image->virt_base = value;
    image->has_virt_base = true;
    break;
  case XEN_ELFNOTE_PADDR_OFFSET:
    image->paddr_offset = value;
    image->has_paddr_offset = true;
    break;
  case XEN_ELFNOTE_HV_START_LOW:
    if (value > HYPERVISOR_VIRT_START) return "it needs the hypervisor to start higher (HV_START_LOW)";
    break;
  }
  return NULL;
}

static const char *check_feature(const char *name, u32 length) {
  for (u32 i = 0; i < ARRAY_LENGTH(features); i++)
    if (strlen(features[i]) == length && strncmp(features[i], name, length) == 0) return NULL;
  return "it requires a feature that nobody knows";
}

/* In "a|!b" the feature after the exclamation mark is required. */
static const char *check_features(const char *list) {
  while (*list) {
    u32 length = 0;
    while (list[length] && list[length] != '|')
      length++;
    if (*list == '!') {
      const char *problem = check_feature(list + 1, length - 1);
      if (problem) return problem;
    }
    list += length;
    if (*list == '|') list++;
  }
  return NULL;
}

static const char *set_text(struct image *image, u32 type, const char *text) {
  switch (type) {
  case XEN_ELFNOTE_GUEST_OS:
    string_copy(image->guest_os, text, sizeof(image->guest_os));
    return NULL;
  case XEN_ELFNOTE_XEN_VERSION:
    return string_starts(text, "xen-3.0") ? NULL : "it is made for another version of the interface";
  case XEN_ELFNOTE_LOADER:
    return string_starts(text, "generic") ? NULL : "it asks for a loader that is not \"generic\"";
  case XEN_ELFNOTE_PAE_MODE:
    image->pae = string_starts(text, "yes") || string_contains(text, "bimodal");
    image->extended_cr3 = image->pae;
    return NULL;
  case XEN_ELFNOTE_FEATURES:
    return check_features(text);
  }
  return NULL;
}

static bool is_text(u32 type) {
  return type == XEN_ELFNOTE_GUEST_OS || type == XEN_ELFNOTE_GUEST_VERSION ||
         type == XEN_ELFNOTE_XEN_VERSION || type == XEN_ELFNOTE_LOADER || type == XEN_ELFNOTE_PAE_MODE ||
         type == XEN_ELFNOTE_FEATURES || type == XEN_ELFNOTE_BSD_SYMTAB;
}

static const char *read_note(struct image *image, const struct elf_note *note, u32 desc_at) {
  char text[TEXT_MAX] = {0};
  u32 value = 0;
  u32 there = desc_at < image->file.length ? min(note->desc_size, image->file.length - desc_at) : 0;
  if (is_text(note->type)) {
    image_read(&image->file, text, desc_at, min(there, TEXT_MAX - 1));
    return set_text(image, note->type, text);
  }
  image_read(&image->file, &value, desc_at, min(there, sizeof(value)));
  return set_number(image, note->type, value);
}

/*
 * Reads the notes in one range of the file. The last note counts as far as it is in the range, even if its
 * sizes lead beyond the end, as in GRUB.
 */
static const char *read_range(struct image *image, u32 at, u32 size) {
  u32 end = at + size;
  if (end < at || end > image->file.length) return "truncated: its notes lie beyond the end of the file";
  while (end - at >= sizeof(struct elf_note)) {
    struct elf_note note;
    char name[4];
    image_read(&image->file, &note, at, sizeof(note));
    u32 name_at = at + sizeof(note), room = end - name_at;
    if (note.name_size > room) break;
    u32 desc_at = name_at + ROUND_UP(note.name_size, 4);
    if (note.name_size == sizeof(name) && image_read(&image->file, name, name_at, sizeof(name)) &&
        memcmp(name, "Xen", sizeof(name)) == 0) {
      const char *problem = read_note(image, &note, desc_at);
      if (problem) return problem;
      image->has_notes = true;
    }
    if (desc_at >= end || note.desc_size >= end - desc_at) break;
    at = desc_at + ROUND_UP(note.desc_size, 4);
  }
  return NULL;
}

/* By a plain "yes" kernels of that age mean three levels, and a base below 4 GiB. */
static const char *set_legacy_pae(struct image *image, const char *value) {
  image->pae = string_starts(value, "yes") || string_contains(value, "bimodal");
  image->extended_cr3 = strcmp(value, "yes[extended-cr3]") == 0;
  return NULL;
}

/* One `NAME=value` or `NAME` of a __xen_guest section. */
static const char *legacy_item(struct image *image, const char *name, const char *value) {
  static const struct {
    const char *name;
    u32 type;
  } items[] = {
      {"VIRT_BASE", XEN_ELFNOTE_VIRT_BASE},
      {"VIRT_ENTRY", XEN_ELFNOTE_ENTRY},
      {"ELF_PADDR_OFFSET", XEN_ELFNOTE_PADDR_OFFSET},
      {"HYPERCALL_PAGE", XEN_ELFNOTE_HYPERCALL_PAGE},
      {"PAE", XEN_ELFNOTE_PAE_MODE},
      {"LOADER", XEN_ELFNOTE_LOADER},
      {"GUEST_OS", XEN_ELFNOTE_GUEST_OS},
      {"XEN_VER", XEN_ELFNOTE_XEN_VERSION},
      {"FEATURES", XEN_ELFNOTE_FEATURES},
  };
  for (u32 i = 0; i < ARRAY_LENGTH(items); i++) {
    if (strcmp(name, items[i].name) != 0) continue;
    image->hypercall_page_is_number |= items[i].type == XEN_ELFNOTE_HYPERCALL_PAGE;
    if (items[i].type == XEN_ELFNOTE_PAE_MODE) return set_legacy_pae(image, value);
    if (is_text(items[i].type)) return set_text(image, items[i].type, value);
    return set_number(image, items[i].type, string_number(value, NULL));
  }
  return NULL;
}

static const char *read_legacy(struct image *image, u32 offset, u32 size) {
  static char text[TEXT_MAX];
  memset(text, 0, sizeof(text));
  if (!image_read(&image->file, text, offset, min(size, TEXT_MAX - 1)))
    return "truncated: its __xen_guest section";
  for (char *item = text; item && *item;) {
    char *comma = strchr(item, ','), *equals;
    if (comma) *comma = 0;
    equals = strchr(item, '=');
    if (equals) *equals = 0;
    const char *problem = legacy_item(image, item, equals ? equals + 1 : "yes");
    if (problem) return problem;
    item = comma ? comma + 1 : NULL;
  }
  image->has_notes = true;
  /* In this form the physical addresses of the ELF file are counted from the virtual base. */
  if (!image->has_paddr_offset) {
    image->paddr_offset = image->virt_base;
    image->has_paddr_offset = true;
  }
  return NULL;
}

static const char *read_note_segments(struct image *image, const struct elf_header *header) {
  for (u32 i = 0; i < header->segments; i++) {
    struct elf_segment segment;
    u32 at = header->segment_offset + i * sizeof(segment);
    if (!image_read(&image->file, &segment, at, sizeof(segment))) break;
    if (segment.type != ELF_SEGMENT_NOTE) continue;
    const char *problem = read_range(image, segment.offset, segment.file_bytes);
    if (problem) return problem;
  }
  return NULL;
}

static bool read_section(struct image *image, const struct elf_header *header, u32 i,
                         struct elf_section *section) {
  return i < header->sections &&
         image_read(&image->file, section, header->section_offset + i * sizeof(*section), sizeof(*section));
}

static bool has_name(struct image *image, const struct elf_section *names, const struct elf_section *section,
                     const char *name) {
  char text[NAME_MAX] = {0};
  u32 length = strlen(name) + 1;
  return image_read(&image->file, text, names->offset + section->name, length) && strcmp(text, name) == 0;
}

/* Kernels that were linked without a note segment have their notes in sections. */
static const char *read_sections(struct image *image, const struct elf_header *header) {
  struct elf_section names, section;
  if (!read_section(image, header, header->name_section, &names)) return NULL;
  for (u32 i = 0; i < header->sections && read_section(image, header, i, &section); i++) {
    const char *problem = NULL;
    if (section.type == ELF_SECTION_NOTE) problem = read_range(image, section.offset, section.size);
    if (problem) return problem;
  }
  for (u32 i = 0; !image->has_notes && i < header->sections && read_section(image, header, i, &section); i++)
    if (has_name(image, &names, &section, "__xen_guest"))
      return read_legacy(image, section.offset, section.size);
  return NULL;
}

const char *image_read_notes(struct image *image) {
  struct elf_header header;
  if (!image_read(&image->file, &header, 0, sizeof(header))) return "not an ELF file: too short";
  const char *problem = read_note_segments(image, &header);
  if (!problem && !image->has_notes) problem = read_sections(image, &header);
  if (problem) return problem;
  if (!image->has_notes) return "no Xen notes: not a paravirtual guest kernel";
  if (!image->pae) return "it does not say PAE_MODE \"yes\": only PAE guests";
  if (image->hypercall_page_is_number)
    image->hypercall_page = (image->hypercall_page << PAGE_SHIFT) + image->virt_base;
  return NULL;
}
