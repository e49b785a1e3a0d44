/* The serial ports, beyond vmm/arch.h's serial_write. */
#ifndef X86_SERIAL_H
#define X86_SERIAL_H

void serial_init(void);
void serial_enable_input(void);
/* Waits until the last byte of both ports is on the wire. */
void serial_finish(void);

#endif
