/** Damaged kernels as modules of the hypervisor: its own reader of ELF files and notes, and whatever they then do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Machine } from "../../emulator/index";
import { Rng } from "../differential/rng";
import { dist } from "../harness/machines/machine";
import { damaged } from "./damage";
import type { Finding } from "./finding";

const MEMORY = 64 << 20;
/** Far more than the sound domain needs to its end. */
const INSTRUCTIONS = 40_000_000;
const VMM_BUG = 2;
const SOUND = "number 128: -38 (ENOSYS)";

/** What is wrong with a run of a sound domain beside a damaged one. */
function problemOf(vmm: Uint8Array, sound: Uint8Array, bytes: Uint8Array): string | undefined {
  const said = ["", ""];
  const machine = new Machine({
    memoryBytes: MEMORY,
    onSerial: (port, more) => (said[port] += Buffer.from(more).toString("latin1")),
  });
  const modules = [
    { bytes: sound, commandLine: "sound" },
    { bytes, commandLine: "damaged" },
  ];
  machine.boot(vmm, { commandLine: "vmm audit=1", modules });
  const stop = machine.run({ instructions: INSTRUCTIONS });
  const [console = "", log = ""] = said;
  if (stop.kind === "triple-fault") return "triple fault";
  if (stop.kind === "exit" && stop.value === VMM_BUG) return `VMM bug: ${log.slice(-300)}`;
  if (log.includes("still has")) return log.slice(-300);
  return console.includes(SOUND) ? undefined : `the sound domain did not run: ${log.slice(-300)}`;
}

/** Tries `count` damaged kernels from number `first` on. */
export function tryModules(
  guests: readonly Buffer[],
  { seed, first = 0, count }: { seed: number; first?: number; count: number },
  progress: (done: number) => void = () => undefined,
): Finding[] {
  const vmm = readFileSync(join(dist, "vmm.elf"));
  const sound = readFileSync(join(dist, "sample-guests/pv/unknown-hypercall.elf"));
  const findings: Finding[] = [];
  for (let n = first; n < first + count; n++) {
    const problem = problemOf(vmm, sound, damaged(new Rng(seed * 1_000_003 + n), guests));
    if (problem !== undefined) findings.push({ input: `module ${n} of seed ${seed}`, problem });
    progress(n - first + 1);
  }
  return findings;
}
