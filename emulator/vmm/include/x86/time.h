/* The processor's time. */
#ifndef X86_TIME_H
#define X86_TIME_H

/* Measures the TSC and starts system time at 0; needs the PIC. */
void time_init(void);
/* The PIT's interrupt has come. */
void pit_interrupted(void);

#endif
