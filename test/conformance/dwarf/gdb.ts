import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs gdb with a script of this folder, which writes JSON. gdb gets a copy of
 * the image: a build may replace the file meanwhile.
 * @param core bytes of a core file to look at; without it the script may run the program
 * @param questions what the script reads as JSON from its environment
 */
export function askGdb(script: string, image: Uint8Array, core?: Uint8Array, questions?: unknown): unknown {
  const folder = mkdtempSync(join(tmpdir(), "ringscope-gdb-"));
  try {
    const facts = join(folder, "facts.json");
    const program = join(folder, "image.elf");
    writeFileSync(program, image, { mode: 0o755 });
    const args = ["-nx", "-batch", "-x", join(import.meta.dirname, script), program];
    if (core) {
      writeFileSync(join(folder, "core"), core);
      args.push(join(folder, "core"));
    }
    const env = {
      ...process.env,
      FACTS: facts,
      SCRIPTS: import.meta.dirname,
      QUESTIONS: JSON.stringify(questions ?? {}),
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const result = spawnSync("gdb", args, { env, encoding: "utf8" });
    if (result.status !== 0) throw new Error(`gdb: ${result.stderr}`);
    return JSON.parse(readFileSync(facts, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
