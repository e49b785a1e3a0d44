import type { Files } from "../images/files";
import type { Image, ImageSpace } from "../images/image-space";

/** A source file of an image. */
export interface ImageSource {
  image: Image;
  /** The name that the image's symbols use. */
  file: string;
}

/** Where source files are looked for. */
export interface SourcePlaces {
  /** The user's folders, in order. The end of any path may be below them. */
  readonly roots: readonly string[];
  /** Folders that are tried after those. They match no absolute path by its file name alone. */
  readonly around: readonly string[];
  /** Folders that the debug information names, and where they are on this host. */
  readonly replaced: Readonly<Record<string, string>>;
}

/** Finds the client's files for those that the debug information names, and back. */
export class SourceMap {
  private readonly paths = new Map<string, string | undefined>();
  private readonly realPaths = new Map<string, string>();
  /** The longest comes first: of two folders that contain a file the inner one decides. */
  private readonly replaced: readonly [string, string][];

  constructor(
    private readonly images: ImageSpace,
    private readonly places: SourcePlaces,
    private readonly files: Files,
  ) {
    this.replaced = Object.entries(places.replaced)
      .map(([from, to]): [string, string] => [normalize(from).replace(/\/$/, ""), to])
      .sort(([a], [b]) => b.length - a.length);
  }

  /** Where the client finds a source file of an image; undefined when it is not on this host. */
  toClient(file: string): string | undefined {
    if (!this.paths.has(file)) this.paths.set(file, this.find(file));
    return this.paths.get(file);
  }

  private find(file: string): string | undefined {
    const { files, places } = this;
    const moved = this.moved(file);
    if (moved !== undefined) return moved;
    const roots = [...places.roots, ...places.around];
    if (!files.isAbsolute(file)) return this.firstOf(roots.map((root) => files.resolve(root, file)));
    if (files.exists(file)) return file;
    return this.byItsEnd(file, places.roots, 1) ?? this.byItsEnd(file, places.around, 2);
  }

  /** The file's path if the user has told where its folder is now. */
  private moved(file: string): string | undefined {
    const path = normalize(file);
    for (const [from, to] of this.replaced) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      const found = this.firstOf([this.files.resolve(to, path.slice(from.length + 1))]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * For an image that was built elsewhere: the file below the first root that has the longest end of the path, of at
   * least `least` parts.
   */
  private byItsEnd(file: string, roots: readonly string[], least: number): string | undefined {
    const parts = normalize(file).split("/").slice(1);
    for (let first = 1; first <= parts.length - least; first++) {
      const found = this.firstOf(roots.map((root) => this.files.resolve(root, ...parts.slice(first))));
      if (found !== undefined) return found;
    }
    // A file in the root of its file system has no folder that could be left out.
    return parts.length === least ? this.firstOf(roots.map((root) => this.files.resolve(root, ...parts))) : undefined;
  }

  private firstOf(paths: readonly string[]): string | undefined {
    return paths.find((path) => this.files.exists(path));
  }

  /**
   * The files of images that the client's path means: the same file, also through links, or a file whose relative path
   * is the end of it. From then on these files are shown under the client's path.
   */
  toImages(path: string): ImageSource[] {
    const wanted = normalize(path);
    const real = this.realPath(path);
    return this.images.withEarly.flatMap((image) =>
      image.symbols
        .sourceFiles()
        .filter((file) => this.isSame(file, path, wanted, real))
        .map((file) => ({ image, file })),
    );
  }

  private isSame(file: string, path: string, wanted: string, real: string): boolean {
    const local = this.toClient(file);
    if (local !== undefined && normalize(local) === wanted) return true;
    if (local !== undefined && this.realPath(local) === real) {
      this.paths.set(file, path);
      return true;
    }
    return !this.files.isAbsolute(file) && wanted.endsWith(`/${normalize(file)}`);
  }

  private realPath(path: string): string {
    let real = this.realPaths.get(path);
    if (real === undefined) {
      real = normalize(this.files.realPath(path));
      this.realPaths.set(path, real);
    }
    return real;
  }

  /** All sources that are on this host. */
  all(): { name: string; path: string }[] {
    const paths = this.images.images.flatMap((image) => image.symbols.sourceFiles().map((file) => this.toClient(file)));
    return [...new Set(paths.filter((path) => path !== undefined))]
      .sort()
      .map((path) => ({ name: this.files.nameOf(path), path }));
  }
}

/** Makes the spellings of one path equal: forward slashes, no `./`, and a drive letter in lower case. */
function normalize(path: string): string {
  return path
    .replace(/\\/g, "/")
    .replace(/(^|\/)(\.\/)+/g, "$1")
    .replace(/^([A-Za-z]):/, (_, drive: string) => `${drive.toLowerCase()}:`);
}
