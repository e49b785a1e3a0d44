/* The ELF file of a guest kernel: its header and segments. */
#include "vmm/image.h"

#include "vmm/elf.h"
#include "vmm/string.h"

#define READ(image, to, at) image_read(&(image)->file, (to), (at), sizeof(*(to)))

static const char *check_header(const struct elf_header *header) {
  if (memcmp(header->magic, ELF_MAGIC, sizeof(header->magic)) != 0) return "not an ELF file";
  if (header->class != ELF_CLASS_32) return "a 64-bit ELF file: 32-bit guests only";
  if (header->data != ELF_LITTLE_ENDIAN || header->machine != ELF_MACHINE_386)
    return "not an ELF file for IA-32";
  if (header->type != ELF_EXECUTABLE) return "not an executable ELF file";
  if (header->segment_size != sizeof(struct elf_segment)) return "its program headers have an odd size";
  return NULL;
}

const char *image_parse(struct image *image) {
  struct elf_header header;
  if (!READ(image, &header, 0)) return "not an ELF file: too short";
  const char *problem = check_header(&header);
  if (problem) return problem;
  image->entry = header.entry;
  for (u32 i = 0; i < header.segments; i++) {
    struct elf_segment segment;
    if (!READ(image, &segment, header.segment_offset + i * sizeof(segment)))
      return "truncated: program headers";
    if (segment.type != ELF_SEGMENT_LOAD || segment.memory_bytes == 0) continue;
    if (image->segment_count == IMAGE_SEGMENTS_MAX) return "too many segments";
    if (segment.file_bytes > segment.memory_bytes || segment.paddr + segment.memory_bytes < segment.paddr)
      return "a segment with impossible sizes";
    if (segment.offset > image->file.length || segment.file_bytes > image->file.length - segment.offset)
      return "truncated: a segment lies beyond the end of the file";
    image->segments[image->segment_count++] =
        (struct image_segment){segment.offset, segment.file_bytes, segment.paddr, segment.memory_bytes};
  }
  return image->segment_count ? NULL : "no segment to load";
}
