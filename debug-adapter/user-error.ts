/** Ends the command with status 64 and its message as the one line on standard error. */
export class CliError extends Error {}
