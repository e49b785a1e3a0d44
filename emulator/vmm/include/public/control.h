/*
 * The hypercalls by which domain 0 controls the machine. Their structures change with each release, so each
 * begins with the version of the interface that it uses.
 */
#ifndef PUBLIC_CONTROL_H
#define PUBLIC_CONTROL_H

#include "types.h"

#define XEN_DOMCTL_INTERFACE_VERSION 0x00000015
#define XEN_SYSCTL_INTERFACE_VERSION 0x00000015
#define XENPF_INTERFACE_VERSION      0x03000001

#endif
