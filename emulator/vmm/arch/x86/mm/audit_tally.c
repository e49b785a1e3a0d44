/* What the audit has found so far: the holders of each frame, and the first difference. */
#include "vmm/heap.h"
#include "vmm/log.h"
#include "x86/audit.h"
#include "x86/frame.h"

#define DIFFERENCE_MAX 200

static struct audit_tally *tallies; /* one for each frame, while the audit runs */
static char difference[DIFFERENCE_MAX];

static u32 tally_pages(void) {
  return PAGES(frame_limit * sizeof(struct audit_tally));
}

bool audit_tallies_open(void) {
  difference[0] = 0;
  tallies = heap_alloc(tally_pages());
  return tallies != NULL;
}

const char *audit_tallies_close(void) {
  heap_free(tallies, tally_pages());
  return difference[0] ? difference : NULL;
}

const struct audit_tally *audit_tally(mfn_t mfn) {
  return &tallies[mfn.n];
}

void audit_differs(const char *format, ...) {
  if (difference[0]) return;
  __builtin_va_list args;
  __builtin_va_start(args, format);
  format_args(difference, sizeof(difference), format, args);
  __builtin_va_end(args);
}

void audit_found(mfn_t mfn, bool use) {
  if (mfn.n >= frame_limit) return;
  tallies[mfn.n].references++;
  tallies[mfn.n].uses += use;
}

void audit_found_linear(mfn_t table, mfn_t mfn) {
  tallies[table.n].linear--;
  tallies[mfn.n].linear++;
}
