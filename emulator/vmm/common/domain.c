/* Domains: how they are created, and how what they held is released. */
#include "vmm/domain.h"

#include "public/errno.h"
#include "vmm/arch.h"
#include "vmm/current.h"
#include "vmm/heap.h"
#include "vmm/log.h"
#include "vmm/runqueue.h"
#include "vmm/string.h"
#include "vmm/time.h"

_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE, "a vCPU has one heap page");
_Static_assert(sizeof(struct domain) <= PAGE_SIZE, "a domain has one heap page");

static struct vcpu *vcpu_create(struct domain *d, u32 id) {
  struct vcpu *v = heap_alloc(1);
  if (v == NULL) return NULL;
  v->domain = d;
  v->id = id;
  v->info = &d->shared_info->vcpu_info[id];
  v->info->evtchn_upcall_mask = 1;
  if (arch_vcpu_init(v)) {
    heap_free(v, 1);
    return NULL;
  }
  return v;
}

static void init_shared_info(struct domain *d) {
  struct shared_info *shared = d->shared_info;
  memset(shared->evtchn_mask, 0xff, sizeof(shared->evtchn_mask));
  for (u32 i = 0; i < LEGACY_MAX_VCPUS; i++)
    shared->vcpu_info[i].evtchn_upcall_mask = 1;
  shared->wc_sec = BOOT_WALLCLOCK;
  shared->wc_version = 2;
}

/*
 * Releases everything that the domain holds. The domain is still in the list, because freed frames look up
 * their owner there. False if it was interrupted and must be called again.
 */
static bool domain_free(struct domain *d) {
  if (!arch_domain_release(d)) return false;
  for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++)
    if (d->vcpu[i]) {
      arch_vcpu_release(d->vcpu[i]);
      heap_free(d->vcpu[i], 1);
    }
  if (d->evtchns) evtchn_release(d);
  heap_free(d, 1);
  return true;
}

struct domain *domain_create(u32 id) {
  struct domain *d = heap_alloc(1);
  if (d == NULL) return NULL;
  d->id = id;
  d->privileged = id == 0;
  if (arch_domain_init(d) || evtchn_init(d)) goto fail;
  init_shared_info(d);
  d->vcpu[0] = vcpu_create(d, 0);
  if (d->vcpu[0] == NULL) goto fail;
  struct domain **end = &domain_list;
  while (*end)
    end = &(*end)->next;
  *end = d;
  domain_count++;
  return d;
fail:
  domain_free(d);
  return NULL;
}

/* Frees the domain to which `link` leads, and takes it out of the list. False if it was interrupted. */
static bool domain_remove(struct domain **link) {
  struct domain *next = (*link)->next;
  if (!domain_free(*link)) return false;
  *link = next;
  domain_count--;
  return true;
}

void domain_abandon(struct domain *d) {
  struct domain **link = &domain_list;
  while (*link != d)
    link = &(*link)->next;
  while (!domain_remove(link))
    continue;
  arch_audit();
}

void domain_start(struct domain *d) {
  for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++)
    if (d->vcpu[i]) {
      time_publish(d->vcpu[i]);
      sched_add(d->vcpu[i]);
    }
}

static void leave_scheduler(struct domain *d) {
  for (u32 i = 0; i < MAX_DOMAIN_VCPUS; i++)
    if (d->vcpu[i]) sched_remove(d->vcpu[i]);
}

void domain_reap(void) {
  struct domain **link = &domain_list;
  while (*link && domains_dying > 0) {
    struct domain *d = *link;
    if (!d->dying) {
      link = &d->next;
      continue;
    }
    const u32 id = d->id;
    leave_scheduler(d);
    if (!domain_remove(link)) return;
    log_line("d%u: gone", id);
    domains_dying--;
    arch_audit();
  }
  if (domain_count == 0) domains_ended();
}
