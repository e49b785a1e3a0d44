/* Makes domains from the boot modules. */
#ifndef VMM_START_H
#define VMM_START_H

/* The first module becomes the first, privileged domain. Each other module becomes a further domain. */
void start_domains(void);

#endif
