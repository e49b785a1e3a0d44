/**
 * Why the processor refused: the check that failed, for the report of a fault
 * chain. A number on the hot path (S.FaultReason), words only when asked for.
 */
export const enum Reason {
  /** The vector and the error code say it all. */
  None,
  SegmentNull,
  SegmentLimit,
  SegmentReadOnly,
  SegmentExecuteOnly,
  SelectorNull,
  SelectorBeyondTable,
  SelectorInLdt,
  SelectorRpl,
  DescriptorType,
  DescriptorPrivilege,
  DescriptorNotPresent,
  InstructionPointerLimit,
  StackLimit,
  IdtLimit,
  GateType,
  GatePrivilege,
  GateNotPresent,
  TssLimit,
  TssInvalid,
  TssBusy,
  TssNotBusy,
  Privilege,
  IoPermission,
  ReservedControlBits,
  ReservedPdpte,
  ControlCombination,
  NoRealMode,
  NoVirtual8086,
  UnknownMsr,
  MsrValue,
  Undefined,
}

const WORDS: readonly string[] = [
  "",
  "the segment register holds a null selector",
  "the address lies outside the segment's limit",
  "a write to a segment that is not writable",
  "a read from a code segment that is not readable",
  "the selector is null",
  "the selector lies beyond the limit of its descriptor table",
  "the selector points into the LDT where only the GDT is allowed",
  "the selector's RPL does not fit",
  "the descriptor is of the wrong type",
  "the descriptor's DPL does not fit",
  "the descriptor is not present",
  "the new EIP lies outside the code segment's limit",
  "no room on the stack within its segment's limit",
  "the vector lies beyond the IDT's limit",
  "the IDT entry is no interrupt, trap or task gate",
  "the gate's DPL is below the CPL of the software interrupt",
  "the gate is not present",
  "the field lies beyond the TSS's limit",
  "the task register holds no usable TSS",
  "the TSS is busy",
  "the TSS is not busy",
  "the instruction is not allowed at this CPL",
  "neither IOPL nor the TSS's I/O bitmap allows the port",
  "a reserved bit of a control register would be set",
  "a PDPTE has a reserved bit set",
  "this combination of control bits is not allowed",
  "this machine has no real mode: CR0.PE stays set",
  "this machine has no virtual-8086 mode",
  "the model-specific register does not exist",
  "the value is not allowed in this model-specific register",
  "the instruction is undefined",
];

/** The words for a reason, for a person to read. */
export function reasonText(reason: Reason): string {
  return WORDS[reason] ?? "";
}
