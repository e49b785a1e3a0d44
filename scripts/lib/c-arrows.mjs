/**
 * The arrows between the C files of the hypervisor: what each may include, and that no two of them need each other.
 *
 * An include is an arrow that the source shows; a call is one that the compiler's objects show, by the symbols that
 * they define and use. A header's arrows go by its includes, a source's also by its symbols.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";

/** Folders, lowest first, with what their files may include. Paths are relative to the hypervisor's folder. */
export const INCLUDES = [
  {
    from: /^include\/public\//,
    to: /^include\/public\//,
    why: "the guest ABI stands alone: guests include it",
  },
  {
    from: /^include\/vmm\/domain\.h$/,
    to: /^include\/(vmm|public)\/|^include\/x86\/domain\.h$/,
    why: "a domain has the processor's part inside, and nothing else of it",
  },
  {
    from: /^include\/vmm\//,
    to: /^include\/(vmm|public)\//,
    why: "what the parts know of each other does not know the processor",
  },
  {
    from: /^common\//,
    to: /^include\/(vmm|public)\//,
    why: "common/ decides; CR3, descriptors and ports are arch/x86's, reached through vmm/arch.h",
  },
  { from: /^include\/x86\//, to: /^include\//, why: "headers include headers" },
  { from: /^(arch\/x86\/|asm-offsets\.c$)/, to: /^(include\/|asm-offsets\.h$)/, why: "sources include headers only" },
];

/** Files that need to call each other in a circle: one folder, whose files may call each other freely. */
export const RECURSIVE = ["arch/x86/mm/types/"];

/**
 * @param {Map<string, string>} sources text by path
 * @param {Map<string, {defines: string[], uses: string[]}>} objects symbols by the path of their source
 * @returns {string[]} what is wrong, one line each
 */
export function breaches(sources, objects) {
  const includes = includeArrows(sources);
  return [
    ...forbiddenIncludes(sources, includes),
    ...circles(includes, () => false).map((circle) => `these include each other: ${circle}`),
    ...circles(callArrows(objects), isRecursive).map((circle) => `these call each other: ${circle}`),
  ];
}

const isRecursive = (path) => RECURSIVE.some((folder) => path.startsWith(folder));

/** The includes as paths. As the compiler does, a name is looked for beside the file, in include/ and at the top. */
function includeArrows(sources) {
  const find = (from, name) =>
    [posix.join(posix.dirname(from), name), `include/${name}`, name].find((path) => sources.has(path)) ?? name;
  const names = (text) => [...text.matchAll(/^\s*#\s*include\s+["<]([^">]+)[">]/gm)].map(([, name]) => name);
  return new Map([...sources].map(([path, text]) => [path, new Set(names(text).map((name) => find(path, name)))]));
}

function forbiddenIncludes(sources, includes) {
  return [...includes].flatMap(([path, targets]) => {
    const rule = INCLUDES.find(({ from }) => from.test(path));
    if (!rule) return [`${path}: no rule says what it may include`];
    return [...targets].filter((to) => !rule.to.test(to)).map((to) => `${path} includes ${to}: ${rule.why}`);
  });
}

function callArrows(objects) {
  const home = new Map([...objects].flatMap(([path, { defines }]) => defines.map((symbol) => [symbol, path])));
  const targets = (path, uses) => uses.map((symbol) => home.get(symbol)).filter((to) => to && to !== path);
  return new Map([...objects].map(([path, { uses }]) => [path, new Set(targets(path, uses))]));
}

/** The circles among the arrows, each as "a -> b -> a"; `inside` names files whose arrows to each other do not count. */
function circles(arrows, inside) {
  const state = new Map();
  const trail = [];
  const found = [];
  const visit = (path) => {
    state.set(path, "open");
    trail.push(path);
    for (const to of arrows.get(path) ?? []) {
      if (inside(path) && inside(to)) continue;
      if (state.get(to) === "open") found.push([...trail.slice(trail.indexOf(to)), to].join(" -> "));
      else if (!state.has(to)) visit(to);
    }
    trail.pop();
    state.set(path, "done");
  };
  for (const path of arrows.keys()) if (!state.has(path)) visit(path);
  return found;
}

/** The hypervisor's sources and headers below `folder`. */
export function readSources(folder) {
  const paths = readdirSync(folder, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  const wanted = paths.filter((path) => /\.[chS]$/.test(path));
  return new Map(wanted.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** The symbols of the objects below `folder`, as nm shows them, for sources that exist. */
export function readObjects(folder, sources) {
  const compiled = [...sources.keys()].filter((path) => /\.[cS]$/.test(path) && path !== "asm-offsets.c");
  return new Map(compiled.map((path) => [path, symbolsOf(join(folder, `${path}.o`))]));
}

function symbolsOf(object) {
  const lines = execFileSync("nm", [object], { encoding: "utf8" }).trim().split("\n");
  const symbols = lines.map((line) => line.trim().split(/\s+/)).map((words) => words.slice(-2));
  return {
    defines: symbols.filter(([kind]) => /^[A-TV-Z]$/.test(kind)).map(([, name]) => name),
    uses: symbols.filter(([kind]) => kind === "U").map(([, name]) => name),
  };
}
