export class Summary {
  constructor(verbose: boolean, print: (line: string) => void);
  /** Takes one line for each file that is made. */
  readonly log: (line: string) => void;
  finish(): void;
}
