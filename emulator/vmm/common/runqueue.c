/* The vCPUs in a circle. After one has run, the next one that can run has its turn. */
#include "vmm/runqueue.h"

#include "vmm/current.h"
#include "vmm/domain.h"

bool sched_wanted;
static struct vcpu *ring; /* of the circular list: the one that ran last */

void sched_add(struct vcpu *v) {
  if (ring == NULL) {
    ring = v->next = v;
    return;
  }
  /* At the end of the round, so that the newest runs last. */
  struct vcpu *last = ring;
  while (last->next != ring)
    last = last->next;
  last->next = v;
  v->next = ring;
}

void sched_remove(struct vcpu *v) {
  struct vcpu *before = v;
  if (v->next == NULL) return;
  while (before->next != v)
    before = before->next;
  before->next = v->next;
  if (ring == v) ring = before == v ? NULL : before;
  v->next = NULL;
}

void sched_for_each(void (*visit)(struct vcpu *v)) {
  struct vcpu *v = ring;
  if (v == NULL) return;
  do {
    struct vcpu *next = v->next;
    visit(v);
    v = next;
  } while (v != ring);
}

bool sched_runnable(const struct vcpu *v) {
  return !v->blocked && !v->domain->dying;
}

static struct vcpu *pick_after(struct vcpu *v) {
  struct vcpu *candidate = v;
  if (v == NULL) return NULL;
  do {
    candidate = candidate->next;
    if (sched_runnable(candidate)) return candidate;
  } while (candidate != v);
  return NULL;
}

bool sched_contended(void) {
  struct vcpu *first = pick_after(ring);
  return first && (domains_dying > 0 || pick_after(first) != first);
}

void sched_unblock(struct vcpu *v) {
  v->blocked = v->polling = false;
  v->poll_deadline = 0;
  sched_wanted = true;
}

struct vcpu *runqueue_next(void) {
  return pick_after(ring);
}

void runqueue_took(struct vcpu *v) {
  ring = v;
}
