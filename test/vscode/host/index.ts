/** The suite that runs inside the extension host, in the form that @vscode/test-electron and the served VS Code take. */
import Mocha from "mocha";
import { debuggerSuite } from "./debugger";

const TIMEOUT_MS = 40_000;

/** Rejects when a test fails. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: TIMEOUT_MS, reporter: "spec", color: false });
  mocha.suite.emit("pre-require", globalThis, "debugger", mocha);
  debuggerSuite();
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} failed`));
    });
  });
}
