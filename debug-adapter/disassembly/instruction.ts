/** What the next instruction does to the flow of control. */
export interface Instruction {
  /** Bytes. */
  length: number;
  flow: "next" | "repeat" | "call" | "interrupt" | "return" | "jump";
}
