/**
 * Debug information that is packed, split off or stripped into another file:
 * each image must answer as the plain build of the same source does, which the
 * other suites compare with gdb.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompanionFiles } from "../../../debug-adapter/launch/companion-files";
import type { Files } from "../../../debug-adapter/images/files";
import { SymbolImage, typeName } from "../../../debug-adapter/symbols/index";
import { hasTool, ROOT } from "./images";

const PROGRAMS = join(ROOT, "test/conformance/dwarf/programs");
const FLAGS = "-m32 -march=i686 -nostdlib -ffreestanding -fno-pic -no-pie -fno-stack-protector -Wl,-e,_start".split(
  " ",
);
const COMPILERS = ["gcc", "clang"].filter(hasTool);

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "ringscope-companions-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  read: (path: string) => new Uint8Array(readFileSync(path)),
  exists: (path: string) => existsSync(path) && statSync(path).isFile(),
  resolve,
  isAbsolute,
  folderOf: dirname,
  nameOf: (path: string) => basename(path),
} as unknown as Files;

function run(tool: string, ...args: string[]): void {
  const result = spawnSync(tool, args, { cwd: folder, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${tool} ${args.join(" ")}: ${result.stderr}`);
}

/** Compiles and links in two steps, as a Makefile does. */
function build(compiler: string, name: string, compiling: string[], linking: string[] = []): string {
  const image = `${name}.elf`;
  for (const source of ["shapes.c", "start.S"]) {
    run(
      compiler,
      ...FLAGS.slice(0, 2),
      ...FLAGS.slice(3, 5),
      ...compiling,
      "-c",
      join(PROGRAMS, source),
      "-o",
      `${name}-${source}.o`,
    );
  }
  run(compiler, ...FLAGS, ...linking, `${name}-shapes.c.o`, `${name}-start.S.o`, "-o", image);
  return join(folder, image);
}

const load = (image: string, symbols: string[] = []): SymbolImage =>
  SymbolImage.load(files.read(image), { companions: new CompanionFiles(files, image, symbols) });

/** What the image knows of names, lines and types, without the addresses' meaning for one build. */
function knowledge(image: SymbolImage): unknown {
  const functions = image.functionNames();
  const file = image.sourceFiles().find((path) => path.endsWith("shapes.c")) ?? "";
  return {
    problems: image.problems.map(({ problem }) => problem),
    functions,
    variables: image.globalNames().map((name) => image.globals(name).map(({ type }) => typeName(type))),
    lines: image.linesWithCode(file),
    frames: functions.flatMap((name) =>
      image.functionsNamed(name).flatMap((fn) => {
        const [frame] = image.framesAt(image.prologueEnd(fn));
        const variables = [...(frame?.parameters ?? []), ...(frame?.scopes ?? []).flatMap((scope) => scope.variables)];
        return variables.map((v) => [name, v.name, typeName(v.type), image.simplify(v.location, fn.entry + 8) ?? null]);
      }),
    ),
  };
}

describe.each(COMPILERS)("debug information made by %s", (compiler) => {
  it.each([
    ["packed by the compiler", ["-gz"], []],
    ["packed by the linker", [], ["-Wl,--compress-debug-sections=zlib"]],
    ["packed in GNU's old way (.zdebug)", [], ["-Wl,--compress-debug-sections=zlib-gnu"]],
    ["packed with Zstandard", [], ["-Wl,--compress-debug-sections=zstd"]],
  ])("is read when it is %s", (_how, compiling, linking) => {
    const plain = load(build(compiler, "plain", ["-g", "-O2"]));
    expect(knowledge(load(build(compiler, "packed", ["-g", "-O2", ...compiling], linking)))).toEqual(knowledge(plain));
  });

  it.each([
    [5, "-O0"],
    [5, "-O2"],
    [4, "-O0"],
    [4, "-O2"],
  ])("is read from .dwo files of DWARF %i at %s", (version, level) => {
    const flags = [`-gdwarf-${version}`, level];
    const plain = load(build(compiler, `plain${version}${level}`, flags));
    const split = load(build(compiler, `split${version}${level}`, [...flags, "-gsplit-dwarf"]));
    expect(split.hasDebugInfo).toBe(true);
    expect(knowledge(split)).toEqual(knowledge(plain));
  });

  it("is read from the file that .gnu_debuglink names", () => {
    const image = build(compiler, "linked", ["-g", "-O0"], ["-Wl,--build-id=none"]);
    const whole = knowledge(load(image));
    run("objcopy", "--only-keep-debug", "linked.elf", "linked.debug");
    run("strip", "linked.elf");
    run("objcopy", "--add-gnu-debuglink=linked.debug", "linked.elf");
    expect(knowledge(load(image))).toEqual(whole);
  });

  it("is read from a file that the user names, and from no other program's", () => {
    const image = build(compiler, "named", ["-g", "-O0"]);
    const whole = knowledge(load(image));
    const other = build(compiler, "other", ["-g", "-O2"]);
    run("objcopy", "--only-keep-debug", "named.elf", "elsewhere.debug");
    run("strip", "named.elf");
    expect(load(image).hasDebugInfo).toBe(false);
    expect(load(image, [other]).hasDebugInfo).toBe(false);
    expect(knowledge(load(image, [other, join(folder, "elsewhere.debug")]))).toEqual(whole);
  });

  it("is said to be elsewhere when its file is not found", () => {
    const image = build(compiler, "lost", ["-g", "-O0", "-gsplit-dwarf"]);
    const [dwo = ""] = ["lost-shapes.c.dwo", "lost-shapes.dwo"].filter((name) => existsSync(join(folder, name)));
    rmSync(join(folder, dwo));
    expect(load(image).problems.map(({ problem }) => problem)).toMatchObject([{ code: "dwarf-elsewhere" }]);
    expect(load(image).functionAt(load(image).entry)?.name).toBe("_start");
  });
});
