import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Files } from "../images/files";

/** The folder of the bundle: dist/ below the package's folder. */
const DIST = dirname(fileURLToPath(import.meta.url));

/** The size of the largest image. A kernel with all of its debug information has a few hundred MiB. */
const LARGEST = 512 << 20;
/** A larger file is read only if it begins as it should. */
const SMALL = 1 << 20;

/** An error of our own, with a code like those of the system. */
class FileError extends Error {
  constructor(readonly code: "NOT_A_FILE" | "TOO_LARGE" | "NO_IMAGE") {
    super(code);
  }
}

/**
 * Reads a whole file. Anything but a plain file may never end, and a pipe may wait for ever for a writer, so they are
 * refused.
 */
function readWhole(path: string, start = ""): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    // For a folder, the attempt to read gives the error in the system's words.
    if (!status.isFile() && !status.isDirectory()) throw new FileError("NOT_A_FILE");
    if (status.size > LARGEST) throw new FileError("TOO_LARGE");
    if (status.size > SMALL && !startsWith(file, Buffer.from(start, "latin1"))) throw new FileError("NO_IMAGE");
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function startsWith(file: number, start: Buffer): boolean {
  const bytes = Buffer.alloc(start.length);
  return readSync(file, bytes, 0, start.length, 0) === start.length && bytes.equals(start);
}

/** The host's files through Node. */
export const nodeFiles: Files = {
  read: readWhole,
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
