/** The images that are compared with gdb: programs of this folder by each compiler, and what `npm run build` made. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../../..");
const PROGRAMS = "test/conformance/dwarf/programs";
const OUTPUT = join(ROOT, "dist/test/dwarf");
const FREESTANDING = "-m32 -march=i686 -nostdlib -ffreestanding -fno-pic -no-pie -fno-stack-protector -Wl,-e,_start";
const BUILT = ["dist/vmm.elf", "dist/sample-guests/pv/hello.elf", "dist/sample-guests/bare/hello.elf"];

export interface Sample {
  readonly name: string;
  readonly path: string;
  /** It runs on the host. */
  readonly runs: boolean;
}

/** Whether a program is installed; under CI its absence is an error. */
export function hasTool(tool: string): boolean {
  const found = spawnSync(tool, ["--version"]).status === 0;
  if (!found && process.env["CI"]) throw new Error(`${tool} is not installed`);
  return found;
}

/** Compiles the programs where that was not done since they changed, and lists all images. */
export function samples(): Sample[] {
  mkdirSync(OUTPUT, { recursive: true });
  const compiled = ["gcc", "clang"]
    .filter(hasTool)
    .flatMap((compiler) =>
      ["-O0", "-Og", "-O2"].flatMap((level) => [4, 5].map((version) => compile(compiler, level, version))),
    );
  const built = BUILT.map((path) => ({ name: path, path: join(ROOT, path), runs: false }));
  return [...compiled, ...built.filter(({ path }) => existsSync(path))];
}

function compile(compiler: string, level: string, version: number): Sample {
  const name = `shapes ${compiler} ${level} DWARF ${version}`;
  const path = join(OUTPUT, `shapes-${compiler}${level}-dwarf${version}.elf`);
  const sources = ["shapes.c", "start.S"].map((file) => join(PROGRAMS, file));
  const isFresh = existsSync(path) && sources.every((s) => statSync(join(ROOT, s)).mtimeMs < statSync(path).mtimeMs);
  if (!isFresh) {
    const flags = [...FREESTANDING.split(" "), level, `-gdwarf-${version}`, `-ffile-prefix-map=${ROOT}=.`];
    const result = spawnSync(compiler, [...flags, ...sources, "-o", path], { cwd: ROOT, encoding: "utf8" });
    if (result.status !== 0) throw new Error(`${compiler}: ${result.stderr}`);
  }
  return { name, path, runs: true };
}
