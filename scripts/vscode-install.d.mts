/** Absolute paths of the two files that start the served VS Code. */
export interface Installed {
  /** The Node binary that the server asks for. */
  node: string;
  /** The server's main script. */
  server: string;
}
export function unsupported(): string;
export function installed(): Installed | undefined;
export function install(say?: (line: string) => void): Installed;
