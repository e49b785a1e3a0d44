/** node debugging.mjs SCENARIO IMAGES: runs one scenario; its Pairs or its Sample as JSON on standard output. */
import { type Images, SCENARIOS } from "./scenarios";

const [name = "", images = "{}"] = process.argv.slice(2);
const scenario = SCENARIOS[name];
if (scenario === undefined) throw new Error(`no scenario "${name}"`);
console.log(JSON.stringify(scenario(JSON.parse(images) as Images)));
