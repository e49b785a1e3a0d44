/* Which vCPU is running, and which domains exist. */
#include "vmm/current.h"

struct vcpu *current;
struct domain *domain_list;
u32 domain_count;
u32 domains_dying;

struct domain *domain_find(u32 id) {
  struct domain *d = domain_list;
  while (d && d->id != id)
    d = d->next;
  return d;
}
