import { imageMessages } from "../messages";
import { UserError } from "../user-error";

/** A file that cannot be booted. */
export class LaunchError extends UserError {
  /**
   * @param what what is wrong with the file, or with what is required of it
   * @param message what the command line says
   */
  constructor(
    readonly file: string,
    readonly what: string,
    message = imageMessages.inFile(file, what),
  ) {
    super(message);
  }
}
