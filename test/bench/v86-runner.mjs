/**
 * node v86-runner.mjs IMAGE MEBIBYTES: boots a multiboot image on v86, without a BIOS or a screen. COM1 goes to standard
 * output. v86 knows no debug-exit port that ends it, so it ends after the first line.
 */
import { readFileSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { V86 } from "v86";

const [image, mebibytes] = process.argv.slice(2);
const STDOUT = 1;
const NEWLINE = 10;

const bytes = readFileSync(image);
const emulator = new V86({
  wasm_path: fileURLToPath(new URL("v86.wasm", import.meta.resolve("v86"))),
  memory_size: Number(mebibytes) << 20,
  // `buffer` of a small file is a view into a pool.
  multiboot: { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  disable_speaker: true,
  autostart: true,
});
emulator.add_listener("serial0-output-byte", (byte) => {
  writeSync(STDOUT, Uint8Array.of(byte));
  if (byte === NEWLINE) process.exit(0);
});
