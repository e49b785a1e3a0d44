import type { Installed } from "./vscode-install.mjs";

export interface ServeOptions extends Installed {
  /** The extension's folder: it is there as an installed one. */
  extension: string;
  /** User settings on top of the quiet ones. */
  settings?: Record<string, unknown>;
  /**
   * The page heeds the payload of its address, which can name an extension under development and its tests; but it shows
   * no notifications. The extension is not installed then.
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
  /** With the test driver; absolute paths become URIs on the server. */
  payload?: [string, string][];
}

export function serve(options: ServeOptions): Promise<Served>;
export function workbenchUrl(port: number, page: Page): string;
