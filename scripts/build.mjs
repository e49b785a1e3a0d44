/**
 * `npm run build`: everything into dist/. The C images (scripts/build-c.mjs),
 * then the bundles: the command line with the debug adapter, and the extension.
 * Only what is stale is made again. `--no-c` leaves the images as they are.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupError, entry, root } from "./lib/run.mjs";
import { bundle } from "./lib/bundle.mjs";

async function buildImages(log) {
  const script = join(root, "scripts", "build-c.mjs");
  if (!existsSync(script)) return;
  const { buildC, BuildError } = await import("./build-c.mjs");
  await buildC({ log }).catch((error) => {
    throw error instanceof BuildError ? new SetupError(error.message) : error;
  });
}

await entry(async () => {
  const log = (line) => console.log(line);
  if (!process.argv.includes("--no-c")) await buildImages(log);
  await bundle(log);
  return 0;
});
