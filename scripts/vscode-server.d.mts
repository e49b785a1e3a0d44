import type { Installed } from "./vscode-install.mjs";

export interface ServeOptions extends Installed {
  /** User settings on top of the quiet ones. */
  settings?: Record<string, unknown>;
}

export interface Served {
  port: number;
  /** Leader of the server's process group. */
  pid: number;
  /** Its throw-away data folder. */
  home: string;
  ended: Promise<unknown>;
  /** Ends the server with all that it started, and removes its data. */
  stop(): void;
}

export interface Page {
  /** Absolute paths: the folder to open, the extension under development, a file to open. */
  folder: string;
  extension: string;
  /** Optionally followed by :LINE or :LINE:COLUMN. */
  file?: string;
  /** More payload entries; absolute paths become URIs on the server. */
  payload?: [string, string][];
}

export function serve(options: ServeOptions): Promise<Served>;
export function workbenchUrl(port: number, page: Page): string;
