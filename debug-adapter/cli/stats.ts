import type { Machine, Statistics } from "../../emulator/index";
import { statsMessages } from "../messages";
import { type ByteSink, fileSink, standardError } from "../host/outputs";

/** What `--stats` writes: the machine's own counts, and what the run cost. docs/statistics.md explains each figure. */
export interface Stats extends Statistics {
  /** User and system time of the process with all its threads, since the boot. */
  cpuSeconds: number;
  wallSeconds: number;
  engine: "interpreter" | "compiled";
  /** The peak of the whole process. */
  peakMemoryBytes: number;
}

/** Measures from its construction on. */
export class Stopwatch {
  private readonly cpu = process.cpuUsage();
  // `performance` would make Node load a dozen modules at the start.
  private readonly wall = process.hrtime.bigint();

  read(machine: Machine): Stats {
    const { user, system } = process.cpuUsage(this.cpu);
    const { instructions, ...counts } = machine.statistics();
    return {
      instructions,
      cpuSeconds: (user + system) / 1e6,
      wallSeconds: Number(process.hrtime.bigint() - this.wall) / 1e9,
      engine: counts.compiledInstructions > 0 ? "compiled" : "interpreter",
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      ...counts,
    };
  }
}

/** `-` is a summary on standard error. */
const SUMMARY = "-";

/**
 * Where the figures go, opened before the machine starts.
 * @throws UserError when the file cannot be written
 */
export function statsWriter(file: string): (stats: Stats) => void {
  const write = (sink: ByteSink, text: string): void => {
    sink.write(Buffer.from(text));
    sink.close();
  };
  if (file === SUMMARY) return (stats) => write(standardError, `${summary(stats)}\n`);
  const sink = fileSink(file);
  return (stats) => write(sink, `${JSON.stringify(stats, undefined, 2)}\n`);
}

function summary(stats: Stats): string {
  const { regions, regionsDropped, compiledExits, interpreterExits, tlb } = stats;
  const lines: (readonly [string, string])[] = [
    statsMessages.instructions(stats.instructions, stats.cpuSeconds, stats.wallSeconds),
    statsMessages.compiled(share(stats.compiledInstructions, stats.instructions), regions.compiled, regions.live),
    statsMessages.compiling(regions.compileSeconds, regions.bytes, regions.instructions),
    statsMessages.dropped(regionsDropped.written, regionsDropped.remade, regionsDropped.reset),
    statsMessages.compiledExits({ ...compiledExits }),
    statsMessages.interpreterExits(interpreterExits),
    statsMessages.tlb(tlb),
    statsMessages.traps(stats.faults, stats.interrupts),
    statsMessages.memory(stats.peakMemoryBytes),
  ];
  return lines.map(([name, text]) => `${name.padEnd(SUMMARY_COLUMN)}${text}`).join("\n");
}

const SUMMARY_COLUMN = 20;

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
