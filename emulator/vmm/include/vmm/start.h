/* From boot modules to domains. */
#ifndef VMM_START_H
#define VMM_START_H

/* The first module becomes the first, privileged domain; each other one a further domain. */
void start_domains(void);

#endif
