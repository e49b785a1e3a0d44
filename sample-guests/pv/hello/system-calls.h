/*
 * The application's system calls: int 0x80, with the number in EAX, arguments in EBX and ECX, and the result
 * in EAX.
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
