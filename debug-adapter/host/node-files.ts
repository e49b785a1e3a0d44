import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Files } from "../images/files";

/** Where the bundle stands: dist/ below the package's folder. */
const DIST = dirname(fileURLToPath(import.meta.url));

/** The host's files through Node. */
export const nodeFiles: Files = {
  read: (path) => readFileSync(path),
  exists: (path) => existsSync(path) && statSync(path).isFile(),
  resolve: (...parts) => resolve(...parts),
  realPath,
  isAbsolute,
  folderOf: dirname,
  nameOf: (path) => basename(path),
  builtInVmm: resolve(DIST, "vmm.elf"),
  packageRoot: dirname(DIST),
};

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
