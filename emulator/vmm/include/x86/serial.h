/* The serial ports, beyond vmm/arch.h's serial_write. */
#ifndef X86_SERIAL_H
#define X86_SERIAL_H

#include "vmm/types.h"

void serial_init(void);
void serial_enable_input(void);
/* Takes a byte that has come to COM1. False if there is none. */
bool serial_receive(u8 *byte);
/* Waits until the last byte of both ports has been sent. */
void serial_finish(void);

#endif
