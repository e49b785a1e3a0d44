/** Why generated code came back; S.Eip, S.Budget and the flags are up to date except as said. */
export const enum Exit {
  None,
  /** No block is known for S.Eip; S.ExitLink, when not 0, is the link word that may be patched with it. */
  Lookup,
  /** The slice may not hold one more whole block. */
  Budget,
  /** A fault waits in S.Fault...; S.ExitRecord is the record, nothing of its block has been charged. */
  Fault,
  /** A fault of a system helper; S.Eip is this instruction's, all before it is charged. */
  SystemFault,
  /** A system helper has completed: mode, paging and interrupts may have changed. */
  System,
  /** The record was made stale by a write to its code; S.ExitRecord is the record, nothing of its block has been charged. */
  Stale,
  /** The block straddles two pages and the second one is mapped otherwise; S.Eip is its start. */
  Guard,
  /** S.Eip has been compiled. */
  Compiled,
  /** The machine is to stop before the instruction at S.Eip, which is marked. */
  Mark,
}
