import type { Companions, DebugFile } from "../symbols/index";
import type { Files } from "../images/files";

/** Looks for the files that hold an image's debug information: beside the image, and where the user says. */
export class CompanionFiles implements Companions {
  private readonly folder: string;

  constructor(
    private readonly files: Files,
    /** The image's path. */
    private readonly image: string,
    /** The launch attribute `symbols`: files, and folders of such files. */
    private readonly symbols: readonly string[],
  ) {
    this.folder = files.folderOf(files.resolve(image));
  }

  /** The files in gdb's order: beside the image, in its folder `.debug`, then the user's. */
  *debugFiles({ link, buildId }: DebugFile): Iterable<Uint8Array> {
    const { files, folder, symbols } = this;
    const besides = link === undefined ? [] : [files.resolve(folder, link), files.resolve(folder, ".debug", link)];
    for (const path of [...besides, ...symbols.flatMap((place) => this.candidates(place, link, buildId))]) {
      const bytes = path === files.resolve(this.image) ? undefined : this.read(path);
      if (bytes !== undefined) yield bytes;
    }
  }

  private candidates(place: string, link: string | undefined, buildId: string | undefined): string[] {
    const { files, image } = this;
    if (files.exists(place)) return [place];
    const names = [
      ...(link === undefined ? [] : [link]),
      ...(buildId === undefined ? [] : [`.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`]),
      ...[`${files.nameOf(image)}.debug`, files.nameOf(image)],
    ];
    return names.map((name) => files.resolve(place, name));
  }

  splitFile(name: string, folder: string): Uint8Array | undefined {
    const { files, symbols } = this;
    const base = name.replace(/^.*[\\/]/, "");
    const places = [
      ...(files.isAbsolute(name) ? [name] : files.isAbsolute(folder) ? [files.resolve(folder, name)] : []),
      ...(files.isAbsolute(name) ? [] : [files.resolve(this.folder, name)]),
      files.resolve(this.folder, base),
      ...symbols.flatMap((place) =>
        files.exists(place)
          ? files.nameOf(place) === base
            ? [place]
            : []
          : [...(files.isAbsolute(name) ? [] : [files.resolve(place, name)]), files.resolve(place, base)],
      ),
    ];
    return places.map((path) => this.read(path)).find((bytes) => bytes !== undefined);
  }

  /** A file that cannot be read counts as missing, since the image works without it. */
  private read(path: string): Uint8Array | undefined {
    try {
      return this.files.exists(path) ? this.files.read(path) : undefined;
    } catch {
      return undefined;
    }
  }
}
