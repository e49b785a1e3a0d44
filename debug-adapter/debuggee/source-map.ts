import type { Files } from "../launch/files";
import type { Image, ImageSpace } from "../images/image-space";

/** A source file of an image. */
export interface ImageSource {
  image: Image;
  /** As the image's symbols name it. */
  file: string;
}

/** Finds the client's files for those that the debug information names, and back. */
export class SourceMap {
  private readonly paths = new Map<string, string | undefined>();

  constructor(
    private readonly images: ImageSpace,
    /** Folders below which relative paths are looked for, in order. */
    private readonly roots: readonly string[],
    private readonly files: Files,
  ) {}

  /** Where the client finds a source file of an image; undefined when it is not on this host. */
  toClient(file: string): string | undefined {
    if (!this.paths.has(file)) this.paths.set(file, this.find(file));
    return this.paths.get(file);
  }

  private find(file: string): string | undefined {
    if (this.files.isAbsolute(file)) return this.files.exists(file) ? file : undefined;
    return this.roots.map((root) => this.files.resolve(root, file)).find((path) => this.files.exists(path));
  }

  /** The files of images that the client's path means: the same file, or one whose relative path it ends with. */
  toImages(path: string): ImageSource[] {
    const wanted = normalize(path);
    return this.images.images.flatMap((image) =>
      image.symbols
        .sourceFiles()
        .filter((file) => {
          const local = this.toClient(file);
          if (local !== undefined && normalize(local) === wanted) return true;
          return !this.files.isAbsolute(file) && wanted.endsWith(`/${normalize(file)}`);
        })
        .map((file) => ({ image, file })),
    );
  }

  /** All sources that can be shown. */
  all(): { name: string; path: string }[] {
    const paths = this.images.images.flatMap((image) => image.symbols.sourceFiles().map((file) => this.toClient(file)));
    return [...new Set(paths.filter((path) => path !== undefined))]
      .sort()
      .map((path) => ({ name: this.files.nameOf(path), path }));
  }
}

/** Forward slashes, no `./`, and a drive letter in lower case, so that the spellings of one path are equal. */
function normalize(path: string): string {
  return path
    .replace(/\\/g, "/")
    .replace(/(^|\/)(\.\/)+/g, "$1")
    .replace(/^([A-Za-z]):/, (_, drive: string) => `${drive.toLowerCase()}:`);
}
