import { writeFileSync } from "node:fs";
import type { Machine } from "../../emulator/index";
import { cliMessages, fileProblem } from "../messages";
import { CliError } from "./cli-error";

/** What `--stats` writes. Seconds are those of the run, without the start of Node. */
export interface Stats {
  /** Retired instructions. */
  instructions: number;
  /** User and system time of the process. */
  cpuSeconds: number;
  wallSeconds: number;
  engine: "interpreter" | "compiled";
  compiledInstructions: number;
  peakMemoryBytes: number;
}

/** Measures from its construction on. */
export class Stopwatch {
  private readonly cpu = process.cpuUsage();
  private readonly wall = performance.now();

  read(machine: Machine): Stats {
    const { user, system } = process.cpuUsage(this.cpu);
    return {
      instructions: machine.instructions,
      cpuSeconds: (user + system) / 1e6,
      wallSeconds: (performance.now() - this.wall) / 1e3,
      engine: machine.compiledInstructions > 0 ? "compiled" : "interpreter",
      compiledInstructions: machine.compiledInstructions,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  }
}

export function writeStats(file: string, stats: Stats): void {
  try {
    writeFileSync(file, `${JSON.stringify(stats, undefined, 2)}\n`);
  } catch (error) {
    throw new CliError(cliMessages.cannotWrite(file, fileProblem(error)));
  }
}
