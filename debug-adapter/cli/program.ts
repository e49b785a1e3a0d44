import { cliMessages } from "../messages";
import { UsageCommand } from "./command";
import {
  collect,
  type GuestOptions,
  type LaunchOptions,
  parseChoice,
  parseInstructions,
  parseMemory,
  parsePort,
  parseVcpus,
} from "./options";
import type { TraceOptions } from "./trace";

declare const RINGSCOPE_VERSION: string;

const DEFAULT_MEMORY = "128M";
const ENGINES = ["auto", "interpreter", "compiled"] as const;
const FORMATS = ["text", "json", "perfetto"] as const;

const help = cliMessages.help;

/** The command line: parses, and calls what was asked for. Each action answers with the exit status. */
export function makeProgram(finished: (status: number) => void): UsageCommand {
  const program = new UsageCommand("ringscope");
  program.description(help.program).version(RINGSCOPE_VERSION, "--version", help.version);
  program.helpOption("--help", help.help).helpCommand(false).exitOverride();
  program.addHelpText("after", help.statuses);

  addLaunchOptions(program.command("run").description(help.run))
    .argument("<kernel>", help.kernel)
    .action(async (kernel: string, options: LaunchOptions) => {
      const { run } = await import("./run");
      finished(await run(kernel, options));
    });

  addGuestOptions(program.command("guest").description(help.guest))
    .argument("<kernel>", help.guestKernel)
    .action(async (kernel: string, options: GuestOptions) => {
      const { guest } = await import("./guest");
      finished(await guest(kernel, options));
    });

  addGuestOptions(program.command("trace").description(help.trace))
    .option("--hypercalls", help.hypercalls)
    .option("--rings", help.rings)
    .option("--events", help.events)
    .option("--format <format>", help.format, parseChoice("--format", FORMATS), "text")
    .argument("<kernel>", help.guestKernel)
    .action(async (kernel: string, options: TraceOptions) => {
      const { trace } = await import("./trace");
      finished(await trace(kernel, options));
    });

  program
    .command("dap")
    .description(help.dap)
    .option("--port <port>", help.port, parsePort)
    .option("--trace <file>", help.traceFile)
    .action(async (options: { port?: number; trace?: string }) => {
      const { runDap } = await import("../server/main");
      finished(await runDap(options));
    });

  // Help and version options are inherited by making them so for each command.
  for (const command of program.commands) command.helpOption("--help", help.help).version(RINGSCOPE_VERSION, "--version", help.version).exitOverride();
  return program;
}

function addLaunchOptions(command: UsageCommand): UsageCommand {
  return command
    .option("--memory <size>", help.memory, parseMemory, parseMemory(DEFAULT_MEMORY))
    .option("--module <file and arguments>", help.module, collect, [])
    .option("--append <arguments>", help.append, "")
    .option("--serial <stdio or file>", help.serial, "stdio")
    .option("--log <file>", help.log)
    .option("--instructions <count>", help.instructions, parseInstructions)
    .option("--engine <engine>", help.engine, parseChoice("--engine", ENGINES), "auto")
    .option("--stats <file>", help.stats);
}

function addGuestOptions(command: UsageCommand): UsageCommand {
  return addLaunchOptions(command)
    .option("--vmm <file>", help.vmm)
    .option("--vcpus <count>", help.vcpus, parseVcpus)
    .option("--domain <file and arguments>", help.domain, collect, []);
}
