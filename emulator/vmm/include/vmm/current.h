/* The vCPU in whose context the VMM runs. It is NULL during boot and while idle. */
#ifndef VMM_CURRENT_H
#define VMM_CURRENT_H

#include "vmm/domain.h"

extern struct vcpu *current;

#endif
