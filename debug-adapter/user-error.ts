/**
 * Something that the user has to know and can put right. Its message is shown unchanged: as a request's failure, or as
 * the command line's one line on standard error with status 64 (80 for an OutputError of host/outputs.ts).
 */
export class UserError extends Error {}
