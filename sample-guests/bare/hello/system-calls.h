/*
 * The application's system calls: int 0x80, with the number in EAX, arguments in EBX and ECX, and the result
 * in EAX.
 */
#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

enum system_call_number {
  CALL_WRITE = 1, /* ebx = text, ecx = length */
  CALL_EXIT = 2,  /* ebx = status */
};

#define CALL_UNKNOWN 0xffffffffu

#endif
