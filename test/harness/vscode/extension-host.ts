import { format } from "node:util";
import { root } from "../process";
import { START_MS, Workbench } from "./workbench";

/** For a whole suite in the extension host. */
const SUITE_MS = 180_000;

export interface HostResult {
  /** 0 when the suite passed. */
  code: number;
  /** What it wrote to its console. */
  log: string[];
}

/**
 * Runs a test bundle that exports `run()` inside the extension host of a served VS Code.
 * @param suite absolute path of the bundle
 * @param folder absolute path of the folder to open
 */
export async function runInHost(suite: string, folder: string): Promise<HostResult> {
  const log: string[] = [];
  let finish: (code: number) => void = () => undefined;
  const finished = new Promise<number>((resolve) => (finish = resolve));
  const workbench = await Workbench.open(
    {
      folder,
      payload: [
        ["extensionDevelopmentPath", root],
        ["extensionTestsPath", suite],
        ["enableProposedApi", ""],
        ["skipWelcome", "true"],
      ],
    },
    {
      testDriver: true,
      prepare: async (page) => {
        await page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => log.push(format(...args)));
        await page.exposeFunction("codeAutomationExit", (code: number) => finish(code));
      },
    },
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const complain = (): void => reject(new Error(`the suite did not end in time; it wrote:\n${log.join("\n")}`));
    timer = setTimeout(complain, START_MS + SUITE_MS);
  });
  try {
    return { code: await Promise.race([finished, late]), log };
  } finally {
    clearTimeout(timer);
    await workbench.close();
  }
}
