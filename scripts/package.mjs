/**
 * `npm run package` builds everything and makes dist/ringscope-VERSION.vsix, which `code --install-extension` takes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, entry, root } from "./lib/run.mjs";
import { thirdPartyNotices } from "./lib/notices.mjs";
import { build, install } from "./lib/setup.mjs";
import { ensureCompiler } from "./lib/system-packages.mjs";

/** The manifest names no repository on the web, so links in the README stay relative. */
const noRepository = { allowMissingRepository: true, rewriteRelativeLinks: false };

await entry(async () => {
  await install(ensureCompiler);
  if (!(await build())) return 1;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packagePath = join(root, "dist", `ringscope-${version}.vsix`);
  writeFileSync(join(root, "dist", "third-party-notices.txt"), thirdPartyNotices());
  // The import is here because the packager has only just been installed.
  const { createVSIX } = await import("@vscode/vsce");
  try {
    // The bundles hold everything that runs, so no package of node_modules goes in.
    await createVSIX({ cwd: root, packagePath, dependencies: false, ...noRepository });
  } catch (error) {
    throw new SetupError(`the extension cannot be packed: ${error.message}`);
  }
  return 0;
});
