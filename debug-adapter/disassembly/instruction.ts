import type { InstructionFlow } from "../../emulator/index";

/** What the next instruction does to the flow of control. */
export type Instruction = InstructionFlow;
