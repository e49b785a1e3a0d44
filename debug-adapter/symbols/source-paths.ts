/**
 * Paths as compilers record them and as editors give them. Both separators are accepted, and the result has "/". "."
 * and ".." are resolved without a file system.
 */

/** Paths that must be normalised: those with backslashes, empty parts, "." or "..". */
const NEEDS_WORK = /\\|\/\/|(^|\/)\.\.?(\/|$)|^$|.\/$/;

/** Joins `path` to `folder` unless it is absolute, and normalises the result. */
export function joinPath(folder: string, path: string): string {
  return normalisePath(folder === "" || folder === "." || isAbsolute(path) ? path : `${folder}/${path}`);
}

export function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

export function normalisePath(path: string): string {
  if (!NEEDS_WORK.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  const joined = parts.join("/");
  return /^[/\\]/.test(path) ? `/${joined}` : joined || ".";
}

/** A key that is equal for two spellings of one file. Windows drives ignore case. */
export function pathKey(path: string): string {
  const normal = normalisePath(path);
  return /^[A-Za-z]:/.test(normal) ? normal.toLowerCase() : normal;
}
