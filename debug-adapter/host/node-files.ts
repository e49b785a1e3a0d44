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

/** Where the bundle stands: dist/ below the package's folder. */
const DIST = dirname(fileURLToPath(import.meta.url));

/** Bytes of the largest image: a kernel with all of its debug information has a few hundred MiB. */
const LARGEST = 512 << 20;
/** A larger file must begin as it should to be read at all. */
const SMALL = 1 << 20;

/** A reason of ours, with a code as the system's have. */
class FileError extends Error {
  constructor(readonly code: "NOT_A_FILE" | "TOO_LARGE" | "NO_IMAGE") {
    super(code);
  }
}

/** Reads a file whole. What is no plain file may never end, and a pipe that nobody writes to is not waited for. */
function readWhole(path: string, start = ""): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    // Reading says in the system's words that it is a folder.
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
