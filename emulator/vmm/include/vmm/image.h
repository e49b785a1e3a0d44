/* A guest kernel's ELF file, and what it declares about how it must be started. */
#ifndef VMM_IMAGE_H
#define VMM_IMAGE_H

#include "vmm/types.h"

/* A module in RAM, read through the mapping window. */
struct image_file {
  u32 physical;
  u32 length;
};

#define IMAGE_SEGMENTS_MAX 16

struct image_segment {
  u32 offset; /* in the file */
  u32 file_bytes;
  u32 paddr;
  u32 memory_bytes;
};

struct image {
  struct image_file file;
  u32 entry;
  u32 virt_base;
  u32 paddr_offset;
  u32 hypercall_page; /* virtual address; meaningful if has_hypercall_page */
  u32 hv_start_low;
  bool has_entry, has_virt_base, has_paddr_offset, has_hypercall_page, has_notes;
  bool hypercall_page_is_number; /* legacy: a page number from virt_base */
  bool pae;
  bool extended_cr3;
  char guest_os[32];
  u32 segment_count;
  struct image_segment segments[IMAGE_SEGMENTS_MAX];
  u32 virt_start; /* of the loaded segments, once placed */
  u32 virt_end;
};

/* Both return NULL, or the reason why the file cannot be booted. */
const char *image_parse(struct image *image);
const char *image_read_notes(struct image *image);

/* Reads from the file. False if the range is not inside it. */
bool image_read(const struct image_file *file, void *to, u32 offset, u32 length);

#endif
