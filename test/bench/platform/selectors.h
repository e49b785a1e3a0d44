/* Selectors of the GDT in rings.c, for C and assembly. */
#pragma once

#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_CODE   0x1b
#define SELECTOR_USER_DATA   0x23
#define SELECTOR_TSS         0x28
