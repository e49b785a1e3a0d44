/* The processor's time. */
#ifndef X86_TIME_H
#define X86_TIME_H

/* Measures the TSC and starts system time at 0. It needs the PIC. */
void time_init(void);
/* Takes the interrupt of the PIT. */
void pit_interrupted(void);

#endif
