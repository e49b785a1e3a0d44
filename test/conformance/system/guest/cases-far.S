/* Far jumps and calls: code segments, gates, TSSs. */
#include "selectors.h"
#define CASES .rodata.far_cases
#include "cases.inc"

        CASES_BEGIN far_cases

        .macro  FAR_CASE name, selector, ring=0, offset=gate_target
        CASE    "jmp far: \name", \ring
        ljmp    $\selector, $\offset
        CASE    "call far: \name", \ring
        pushl   $0x222
        pushl   $0x111
        lcall   $\selector, $\offset
        DONE
        .endm

        FAR_CASE "code", CODE0
        FAR_CASE "null", 0
        FAR_CASE "beyond the GDT", BEYOND
        FAR_CASE "data", DATA0
        FAR_CASE "an LDT", LDT
        FAR_CASE "RPL above CPL", CODE0 + 3
        FAR_CASE "another DPL", CODE3
        FAR_CASE "an inner ring", CODE0, 3
        FAR_CASE "conforming", CONFORMING0, 3
        FAR_CASE "conforming of an outer ring", CONFORMING3
        FAR_CASE "absent", ABSENT_CODE
        FAR_CASE "offset beyond the limit", SHORT_CODE
        FAR_CASE "gate in ring 0", GATE0
        FAR_CASE "gate to ring 0", GATE0 + 3, 3
        FAR_CASE "gate to ring 1", GATE1 + 3, 3
        FAR_CASE "gate to an outer ring", GATE1, 0
        FAR_CASE "gate of DPL 0 in ring 3", GATE_DPL0, 3
        FAR_CASE "gate with RPL above its DPL", GATE_DPL0 + 3
        FAR_CASE "absent gate", GATE_ABSENT
        FAR_CASE "gate to null", GATE_NULL
        FAR_CASE "gate to data", GATE_DATA
        FAR_CASE "gate beyond the GDT", GATE_BEYOND
        FAR_CASE "gate to absent code", GATE_CODE_ABSENT
        FAR_CASE "gate to conforming code", GATE_CONFORMING, 3
        FAR_CASE "16-bit gate", GATE_16 + 3, 3
        FAR_CASE "16-bit gate in ring 0", GATE_16
        FAR_CASE "absent TSS", ABSENT_TSS
        FAR_CASE "short TSS", SHORT_TSS
        FAR_CASE "busy TSS", BUSY_TSS
        FAR_CASE "TSS of DPL 0 in ring 3", TSS, 3
        FAR_CASE "task gate", TASK_GATE, 0
        FAR_CASE "TSS", TASK, 0
        FAR_CASE "TSS from ring 3", TASK, 3

        CASES_END far_cases_end
