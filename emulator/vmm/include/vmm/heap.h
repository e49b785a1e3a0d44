/* Memory of the VMM itself: whole pages, zeroed. */
#ifndef VMM_HEAP_H
#define VMM_HEAP_H

#include "vmm/types.h"

/* `count` pages in a row; NULL without memory. */
void *heap_alloc(u32 count);
void heap_free(void *pages, u32 count);
/* A page's room with another frame in it; NULL without room. heap_unmap gives only the room back. */
void *heap_map(mfn_t mfn);
void heap_unmap(void *page);
/* The frame behind a heap address. */
mfn_t heap_mfn(const void *page);

#endif
