/**
 * `npm run build` brings dist/ up to date: first the bundles (the command line with the debug adapter, and the
 * extension), then the C images (scripts/build-c.mjs), then the bytecode of the command line. It makes only what is
 * stale, and says so in two lines; `--verbose` names each file instead. `--no-c` leaves the images as they are.
 */
import { SetupError, entry, parseOptions } from "./lib/run.mjs";
import { buildC, BuildError } from "./build-c.mjs";
import { Summary } from "./lib/build-summary.mjs";
import { bundle, keepCode } from "./lib/bundle.mjs";

const OPTIONS = { verbose: { type: "boolean", default: false }, "no-c": { type: "boolean", default: false } };

async function buildImages(log) {
  await buildC({ log }).catch((error) => {
    throw error instanceof BuildError ? new SetupError(error.message) : error;
  });
}

await entry(async () => {
  const { verbose, "no-c": withoutImages } = parseOptions({ options: OPTIONS }).values;
  const summary = new Summary(verbose, console.log);
  await bundle(summary.log);
  if (!withoutImages) await buildImages(summary.log);
  keepCode(summary.log);
  summary.finish();
  return 0;
});
