/* Memory of the VMM itself: whole pages, zeroed. */
#ifndef VMM_HEAP_H
#define VMM_HEAP_H

#include "vmm/types.h"

struct domain;

/* Allocates `count` contiguous pages; NULL without memory. */
void *heap_alloc(u32 count);
void heap_free(void *pages, u32 count);
/*
 * Maps a page of a domain for as long as the VMM needs it. NULL without room, or if the frame is in use as
 * anything but a writable page. Until heap_unmap the frame is held by a reference and by the type of a
 * writable page. So what the VMM stores there never gets into a page table or a descriptor table.
 */
void *heap_map(struct domain *d, mfn_t mfn);
void heap_unmap(void *page);
/* The frame of a heap address. */
mfn_t heap_mfn(const void *page);

#endif
