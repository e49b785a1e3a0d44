/** Checks the arrows between the hypervisor's C files (lib/c-arrows.mjs) on what `npm run build` has made. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { breaches, readObjects, readSources } from "./lib/c-arrows.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = readSources(join(root, "emulator/vmm"));
const found = breaches(sources, readObjects(join(root, "dist/obj/emulator/vmm/emulator/vmm"), sources));
for (const line of found) console.error(line);
console.log(found.length === 0 ? `${sources.size} C files: no arrow is wrong` : `${found.length} wrong`);
process.exitCode = found.length === 0 ? 0 : 1;
