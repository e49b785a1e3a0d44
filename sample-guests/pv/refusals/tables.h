/* Page tables of the guest, and the requests that change them. */
#ifndef REFUSALS_TABLES_H
#define REFUSALS_TABLES_H

#include "guest.h"

#define PTE_PRESENT 0x001ull
#define PTE_WRITE   0x002ull
#define PTE_USER    0x004ull
#define PTE_LARGE   0x080ull /* PAT in a leaf */
#define PTE_GLOBAL  0x100ull
#define PTE_FRAME   0x0000000ffffff000ull
#define RESERVED    (1ull << 40)

#define PAGE_WORDS 1024

typedef u32 page_t[PAGE_WORDS] __attribute__((aligned(4096)));

/* The entries that map an address, read at their place in the tables. */
const u64 *l3_entry(const volatile void *address);
const u64 *l2_entry(const volatile void *address);
const u64 *l1_entry(const volatile void *address);
u32 frame_of(u64 entry);
u64 pte_of(u32 mfn, u64 flags);
u64 machine_address(const volatile void *address);

/* Each returns 0 or a negative errno. */
int map_page(const volatile void *address, u64 entry);
int update(u64 machine, u64 value);
int update_entry(const u64 *entry, u64 value);
int extended(u32 command, u32 mfn, u32 second);

/* Prints a result, and whether the entry (if there is one) has its old value. */
void report(const char *what, int result);
void report_entry(const char *what, int result, const u64 *entry, u64 before);

void refuse_mappings(void);
void refuse_tables(void);
void refuse_operations(void);
void refuse_descriptors(void);
void refuse_held(void);
void refuse_events(void);
void refuse_calls(void);

#endif
