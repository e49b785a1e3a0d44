/* Handlers that show the stack they found in EAX, EBX, ECX, EDX. */
#include "selectors.h"
#include "cases.inc"

        .text
        .globl  gate_target, ring1_handler, handler16
gate_target:
        popl    %eax
        popl    %ebx
        popl    %ecx
        popl    %edx
        DONE

ring1_handler:
        popl    %eax
        popl    %ebx
        popl    %ecx
        popl    %edx
        DONE

handler16:
        popl    %eax
        popl    %ebx
        movl    %ss, %ecx
        movl    %esp, %edx
        DONE
