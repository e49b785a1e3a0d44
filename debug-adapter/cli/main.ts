import { CommanderError } from "commander";
import { cliMessages } from "../messages";
import { UserError } from "../user-error";
import { OutputError, tell } from "../host/outputs";
import { ExitStatus } from "../launch/exit-status";
import { makeProgram } from "./commands";

/** The command line's entry: parses the arguments, and leaves with the status that the command gives. */
async function main(): Promise<void> {
  const program = makeProgram((status) => {
    process.exitCode = status;
  });
  try {
    if (process.argv.length <= 2) throw new UserError(cliMessages.noCommand());
    // VS Code's desktop build starts this program by `-e`, so the way in which Node was called must not be guessed.
    await program.parseAsync(process.argv.slice(2), { from: "user" });
  } catch (error) {
    // Help and version have been printed.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    if (!(error instanceof UserError)) throw error;
    tell(cliMessages.line(error.message));
    process.exitCode = error instanceof OutputError ? ExitStatus.Output : ExitStatus.Usage;
  }
}

void main();
