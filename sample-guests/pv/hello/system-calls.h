/*
 * The application's calls of the kernel: int 0x80, number in EAX, arguments in EBX and
 * ECX, result in EAX.
 */
#ifndef SYSTEM_CALLS_H
#define SYSTEM_CALLS_H

enum system_call_number {
  CALL_WRITE, /* ebx = text, ecx = length: to the console; how much of it */
  CALL_ALARM, /* ebx = microseconds: sets *ecx to 1 after that time */
  CALL_EXIT,  /* ebx = status; does not return */
  CALL_COUNT
};

#define CALL_FAILED 0xffffffffu

#endif
