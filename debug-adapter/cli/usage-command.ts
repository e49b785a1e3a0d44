import { Command, type Option } from "commander";
import { cliMessages } from "../messages";
import { UserError } from "../user-error";

/**
 * A commander command whose refusals have the words of our catalogue and are thrown as UserError. The methods are
 * commander's own hooks for each kind of wrong usage.
 */
export class UsageCommand extends Command {
  override createCommand(name?: string): UsageCommand {
    return new UsageCommand(name);
  }

  unknownOption(flag: string): never {
    throw new UserError(cliMessages.unknownOption(flag, this.fullName));
  }

  unknownCommand(): never {
    throw new UserError(cliMessages.unknownCommand(this.args[0] ?? ""));
  }

  missingArgument(name: string): never {
    throw new UserError(cliMessages.missingArgument(name, this.fullName));
  }

  optionMissingArgument(option: Option): never {
    throw new UserError(cliMessages.optionMissingArgument(option.long ?? option.flags));
  }

  _excessArguments(): never {
    throw new UserError(cliMessages.excessArgument(this.args[this.registeredArguments.length] ?? "", this.fullName));
  }

  private get fullName(): string {
    return this.parent === null ? this.name() : `${this.parent.name()} ${this.name()}`;
  }
}
