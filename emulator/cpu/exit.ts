/** Why generated code came back; S.Eip, S.Budget and the flags are up to date except as said. */
export const enum Exit {
  None,
  /** No block is known for S.Eip. If S.ExitLink is not 0, it is the link word that may be patched with the block. */
  Lookup,
  /** The slice may not hold another whole block. */
  Budget,
  /** A fault waits in S.Fault and its neighbours. S.ExitRecord is the record; nothing of its block has been charged. */
  Fault,
  /** A system helper raised a fault. S.Eip is this instruction's; everything before it is charged. */
  SystemFault,
  /** A system helper has completed: mode, paging and interrupts may have changed. */
  System,
  /**
   * The record was made stale by a write to its code. S.ExitRecord is the record; nothing of its block has been
   * charged.
   */
  Stale,
  /** The block straddles two pages, and the second one is mapped differently now. S.Eip is the start of the block. */
  Guard,
  /** S.Eip has been compiled. */
  Compiled,
  /** The machine is to stop before the instruction at S.Eip, which is marked. */
  Mark,
}
