/** Start-up as a user sees it: wall time from the command line to the first byte of a console. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/run.mjs";
import { median } from "./statistics.mjs";
import { firstByteMs } from "./timed-process.mjs";

const DIST = join(root, "dist");

/** What is booted: a kernel on the bare machine, and the hypervisor with one guest. `ours` is our own command for it. */
const BOOTS = [
  { name: "run bare/hello", ours: "run", image: "sample-guests/bare/hello.elf", modules: [], goalMs: 250 },
  { name: "guest pv/hello", ours: "guest", image: "vmm.elf", modules: ["sample-guests/pv/hello.elf"], goalMs: 400 },
];

/** Our command line as a user types it; the others boot the same images by what they have. */
function commandOf(contender, { ours, image, modules }) {
  const [kernel, ...rest] = [image, ...modules].map((file) => join(DIST, file));
  if (contender.key !== "ringscope") return contender.command(kernel, rest);
  return [join(root, "bin", "ringscope"), ours, rest[0] ?? kernel];
}

/**
 * Measures and prints, contenders in turn.
 * @param {readonly import("./contenders.mjs").Contender[]} contenders
 * @returns {Promise<Record<string, Record<string, number>>>} for each boot, milliseconds by contender; without those that
 *   cannot boot it or print nothing
 */
export async function measureFirstBytes(contenders, runs) {
  const results = {};
  for (const boot of BOOTS) {
    if (!existsSync(join(DIST, boot.modules[0] ?? boot.image))) continue;
    const able = contenders.filter((contender) => commandOf(contender, boot) !== undefined);
    const times = Object.fromEntries(able.map(({ key }) => [key, []]));
    for (let i = 0; i < runs; i++) {
      for (const contender of able) times[contender.key].push(await firstByteMs(commandOf(contender, boot)));
    }
    const complete = able.filter(({ key }) => !times[key].includes(undefined));
    results[boot.name] = Object.fromEntries(complete.map(({ key }) => [key, median(times[key])]));
    const texts = complete.map(({ key, title }) => `${title} ${results[boot.name][key].toFixed(0)}`);
    console.log(`${boot.name}, first console byte in ms (goal ${boot.goalMs}): ${texts.join(", ")}`);
  }
  return results;
}
