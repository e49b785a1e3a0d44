import * as vscode from "vscode";

/**
 * Messages to the person in front of the window. None is waited for: while a configuration is being resolved VS Code
 * takes no other F5, and a message stays until somebody closes it.
 */

/** A button of a message. */
export interface Choice {
  title: string;
  action(): void;
}

export function tell(message: string): void {
  ask(message, []);
}

/** An error with what can be done about it. */
export function ask(message: string, choices: readonly Choice[]): void {
  const chosen = vscode.window.showErrorMessage(message, ...choices.map(({ title }) => title));
  void chosen.then((title) => choices.find((choice) => choice.title === title)?.action());
}

export function warn(message: string): void {
  void vscode.window.showWarningMessage(message);
}
