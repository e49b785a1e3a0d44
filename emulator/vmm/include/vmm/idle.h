/* The context of the processor when no vCPU runs. */
#ifndef VMM_IDLE_H
#define VMM_IDLE_H

#include "vmm/types.h"

noreturn void idle(void);

#endif
