import type { Installed } from "./vscode-install.mjs";

export interface ServeOptions extends Installed {
  /** Absolute path of the extension's folder. The workbench takes it for an installed extension. */
  extension: string;
  /** User settings on top of the quiet ones. */
  settings?: Record<string, unknown>;
  /**
   * The address of a page can name an extension under development and its tests in the payload. The workbench then shows
   * no notifications, and the extension is not installed.
   */
  testDriver?: boolean;
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
  /** Absolute path of the folder to open. */
  folder: string;
  /** Absolute path of a file to open, optionally followed by :LINE or :LINE:COLUMN. */
  file?: string;
  /** What VS Code is told besides. Absolute paths become URIs on the server. */
  payload?: [string, string][];
}

export function serve(options: ServeOptions): Promise<Served>;
export function workbenchUrl(port: number, page: Page): string;
