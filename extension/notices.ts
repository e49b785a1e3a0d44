import * as vscode from "vscode";

/**
 * Messages to the user. The extension waits for none: VS Code accepts no other F5 while a configuration is being
 * resolved, and a message stays until it is closed.
 */

/** A button of a message. */
export interface Choice {
  title: string;
  action(): void;
}

export function tell(message: string): void {
  ask(message, []);
}

/** An error, with actions that can be taken. */
export function ask(message: string, choices: readonly Choice[]): void {
  const chosen = vscode.window.showErrorMessage(message, ...choices.map(({ title }) => title));
  void chosen.then((title) => choices.find((choice) => choice.title === title)?.action());
}

export function inform(message: string): void {
  void vscode.window.showInformationMessage(message);
}

export function warn(message: string): void {
  void vscode.window.showWarningMessage(message);
}
