/*
 * domctl, sysctl and platform_op. No operation is served yet. The answers only tell who may ask, and in which
 * version of the interface.
 */
#include "public/control.h"

#include "vmm/current.h"
#include "vmm/domain.h"
#include "vmm/hypercall.h"
#include "vmm/refuse.h"

/* All three structures begin in this way. */
struct control_head {
  u32 command, interface_version;
};

static int unserved(u32 argument, u32 version, const char *call) {
  struct control_head head;
  if (read_argument(&head, argument, sizeof(head))) return -XEN_EFAULT;
  if (head.interface_version != version)
    return refuse(-XEN_EACCES, "%s: interface version %x, not %x", call, head.interface_version, version);
  if (!current->domain->privileged) return refuse(-XEN_EPERM, "%s: only the first domain rules", call);
  return refuse_command(call, head.command);
}

int do_domctl(u32 argument, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)b, (void)c, (void)d, (void)e, (void)f;
  return unserved(argument, XEN_DOMCTL_INTERFACE_VERSION, "domctl");
}

/* A domain without the right learns nothing about the version here. */
int do_sysctl(u32 argument, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)b, (void)c, (void)d, (void)e, (void)f;
  if (!current->domain->privileged) return refuse(-XEN_EPERM, "sysctl: only the first domain rules");
  return unserved(argument, XEN_SYSCTL_INTERFACE_VERSION, "sysctl");
}

int do_platform_op(u32 argument, u32 b, u32 c, u32 d, u32 e, u32 f) {
  (void)b, (void)c, (void)d, (void)e, (void)f;
  if (!current->domain->privileged) return refuse(-XEN_EPERM, "platform_op: only the first domain rules");
  return unserved(argument, XENPF_INTERFACE_VERSION, "platform_op");
}
