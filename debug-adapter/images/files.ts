/** The host's files, as far as a session needs them: those of Node or of another host. */
export interface Files {
  /**
   * Reads a file. Throws an error with a `code` such as ENOENT.
   * @param start what the file should begin with, one character for each byte. A large file that begins otherwise need
   * not be read.
   */
  read(path: string, start?: string): Uint8Array;
  exists(path: string): boolean;
  /** The absolute path, without `.` and `..`. */
  resolve(...parts: string[]): string;
  /** The path without links; the path itself if nothing is there. */
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
