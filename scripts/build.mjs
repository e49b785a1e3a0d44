/**
 * `npm run build`: everything into dist/. The bundles (the command line with the
 * debug adapter, and the extension), then the C images (scripts/build-c.mjs),
 * then bytecode of the command line.
 * Only what is stale is made again. `--no-c` leaves the images as they are.
 */
import { SetupError, entry } from "./lib/run.mjs";
import { buildC, BuildError } from "./build-c.mjs";
import { bundle, keepCode } from "./lib/bundle.mjs";

async function buildImages(log) {
  await buildC({ log }).catch((error) => {
    throw error instanceof BuildError ? new SetupError(error.message) : error;
  });
}

await entry(async () => {
  const log = (line) => console.log(line);
  await bundle(log);
  if (!process.argv.includes("--no-c")) await buildImages(log);
  keepCode(log);
  return 0;
});
