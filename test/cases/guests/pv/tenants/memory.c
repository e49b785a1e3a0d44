/* Frames for the tenants' rooms, and where the rooms are mapped. */
#include "kernel.h"

#define PTE_PRESENT 0x001u
#define PTE_WRITE   0x002u
#define PTE_USER    0x004u

#define FRAMES 12

extern char kernel_start[], kernel_data_start[], app_start[], app_end[];
/* Where a tenant sees its rooms. */
extern u8 app_rooms[ROOMS][PAGE_SIZE];

static u8 frames[FRAMES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static u32 free_frames[FRAMES], free_count;

static int map_page(volatile void *address, u64 pte, u32 flush) {
  return HYPERCALL4(update_va_mapping, (u32)address, (u32)pte, (u32)(pte >> 32), flush);
}

static u64 flags_for(const char *address) {
  if (address >= app_start) return PTE_PRESENT | PTE_WRITE | PTE_USER;
  if (address >= kernel_data_start) return PTE_PRESENT | PTE_WRITE;
  return PTE_PRESENT;
}

void memory_init(void) {
  for (char *page = kernel_start; page < app_end; page += PAGE_SIZE)
    if (map_page(page, (u64)mfn_of(page) << PAGE_SHIFT | flags_for(page), UVMF_INVLPG) != 0)
      panic("the image's protection");
  for (u32 room = 0; room < ROOMS; room++)
    if (map_page(app_rooms[room], 0, UVMF_INVLPG) != 0) panic("the rooms");
  for (; free_count < FRAMES; free_count++)
    free_frames[free_count] = mfn_of(frames[free_count]);
}

static bool clear_frame(u32 mfn) {
  struct mmuext_op operation = {.cmd = MMUEXT_CLEAR_PAGE, .arg1.mfn = mfn};

  return HYPERCALL4(mmuext_op, (u32)&operation, 1, 0, DOMID_SELF) == 0;
}

/* What was not present is not in the TLB: a new mapping needs no flush. */
static bool map_room(u32 room, u32 mfn) {
  return map_page(app_rooms[room], (u64)mfn << PAGE_SHIFT | PTE_PRESENT | PTE_WRITE | PTE_USER, UVMF_NONE) ==
         0;
}

bool room_take(struct rooms *rooms, u32 room) {
  if (room >= ROOMS || rooms->mfn[room] != 0 || free_count == 0) return false;
  rooms->mfn[room] = free_frames[--free_count];
  return clear_frame(rooms->mfn[room]) && map_room(room, rooms->mfn[room]);
}

bool room_leave(struct rooms *rooms, u32 room) {
  if (room >= ROOMS || rooms->mfn[room] == 0) return false;
  free_frames[free_count++] = rooms->mfn[room];
  rooms->mfn[room] = 0;
  return map_page(app_rooms[room], 0, UVMF_NONE) == 0;
}

void rooms_switch(const struct rooms *from, const struct rooms *to) {
  for (u32 room = 0; room < ROOMS; room++) {
    if (from->mfn[room] != 0 && map_page(app_rooms[room], 0, UVMF_INVLPG) != 0) panic("a switch");
    if (to->mfn[room] != 0 && !map_room(room, to->mfn[room])) panic("a switch");
  }
}
