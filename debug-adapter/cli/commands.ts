import { Option } from "commander";
import { cliMessages } from "../messages";
import { DEFAULT_MEMORY, ENGINES } from "../launch/parse";
import { UsageCommand } from "./usage-command";
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
import { standardOutput } from "../host/outputs";
import type { TraceOptions } from "./trace";

declare const RINGSCOPE_VERSION: string;

const FORMATS = ["text", "json", "perfetto"] as const;

const help = cliMessages.help;

/** The command line: parses, and calls what was asked for. Each action answers with the exit status. */
export function makeProgram(finished: (status: number) => void): UsageCommand {
  const program = new UsageCommand("ringscope");
  // The commands below inherit it.
  program.configureOutput({ writeOut: (text) => standardOutput.write(Buffer.from(text)) });
  program.description(help.program).helpCommand(false).addHelpText("after", help.statuses);

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

  for (const command of [program, ...program.commands])
    command.version(RINGSCOPE_VERSION, "--version", help.version).helpOption("--help", help.help).exitOverride();
  return program;
}

/** An option that may be given several times. */
function repeated(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect).default([], "none");
}

function addLaunchOptions(command: UsageCommand): UsageCommand {
  const memory = new Option("--memory <size>", help.memory).argParser(parseMemory);
  return command
    .addOption(memory.default(parseMemory(DEFAULT_MEMORY), DEFAULT_MEMORY))
    .addOption(repeated("--module <file and arguments>", help.module))
    .addOption(new Option("--append <arguments>", help.append).default("", "none"))
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
    .addOption(repeated("--domain <file and arguments>", help.domain));
}
