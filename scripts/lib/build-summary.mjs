/** Sums up a build in two lines. If nothing is stale, it prints nothing. */
export class Summary {
  #made = 0;
  #started = performance.now();

  /**
   * @param {boolean} verbose whether each file gets a line of its own
   * @param {(line: string) => void} print
   */
  constructor(verbose, print) {
    this.print = print;
    this.log = (line) => {
      if (verbose) print(line);
      else if (this.#made === 0) print("Building the emulator, the hypervisor and the sample guests...");
      this.#made++;
    };
  }

  /** Must be called when the build has succeeded. */
  finish() {
    if (this.#made === 0) return;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.print(`Built ${this.#made === 1 ? "1 file" : `${this.#made} files`} in ${seconds} s.`);
  }
}
