/** The host's files, as far as a session needs them: Node's, or another host's. */
export interface Files {
  /**
   * Throws with a `code` such as ENOENT.
   * @param start what the file should begin with, a character for each byte: a large one that does not need not be read
   */
  read(path: string, start?: string): Uint8Array;
  exists(path: string): boolean;
  /** Absolute, without `.` and `..`. */
  resolve(...parts: string[]): string;
  /** The path without links; the path itself for what is not there. */
  realPath(path: string): string;
  isAbsolute(path: string): boolean;
  folderOf(path: string): string;
  /** Without its folders. */
  nameOf(path: string): string;
  /** The image that is built with the package. */
  readonly builtInVmm: string;
  /** The package's own folder, below which its samples' sources are. */
  readonly packageRoot: string;
}
