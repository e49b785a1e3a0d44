export { Op, ProbeRegister, type ProbeTarget } from "./bytecode";
export { evaluateProbe, PROBE_STACK, ProbeFailure, type ProbeOutcome } from "./evaluate";
export { Probe, type HitRule } from "./probe";
