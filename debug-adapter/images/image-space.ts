import { beforePaging, type AddressRange, type ImageSymbols } from "../symbols/index";

/** The owner of an image's code: the hypervisor (or a bare kernel), or a domain's guest. */
export type Owner = { kind: "vmm" } | { kind: "kernel" } | { kind: "guest"; domain: number };

/** An ELF image that runs in the machine. */
export interface Image {
  /** The file's name without folders. */
  readonly name: string;
  readonly path: string;
  readonly owner: Owner;
  readonly symbols: ImageSymbols;
  /** Whether it is an image of the session in the form in which it runs before paging, at its physical addresses. */
  readonly isEarly?: boolean;
}

/** All images of a session. Finds the one that an address means. */
export class ImageSpace {
  /** The images, and in addition those that are not linked where they are loaded, as they run before paging. */
  readonly withEarly: readonly Image[];
  private readonly ranges: ReadonlyMap<Image, readonly AddressRange[]>;

  constructor(readonly images: readonly Image[]) {
    this.withEarly = [...images, ...images.flatMap(earlyImages)];
    this.ranges = new Map(this.withEarly.map((image) => [image, loadedRanges(image)]));
  }

  /**
   * The image at a linear address. Guests of several domains may be linked at the same addresses, and where the
   * hypervisor's start-up code ran, so `ring` and `domain` decide. If nothing else is there, or only a guest that does
   * not run, the answer is an image's start-up code from before paging.
   * @param domain the domain that runs, or undefined outside of any
   */
  at(linear: number, ring: number, domain: number | undefined): Image | undefined {
    const holding = this.images.filter((image) => isOfDomain(image, domain) && this.holds(image, linear));
    const mayBeEarly = ring === 0 && domain === undefined && holding.every(({ owner }) => owner.kind === "guest");
    const early = mayBeEarly ? this.earlyAt(linear) : undefined;
    if (early !== undefined) return early;
    if (holding.length <= 1) return holding[0];
    const guest = holding.find((image) => image.owner.kind === "guest" && image.owner.domain === domain);
    const other = holding.find((image) => image.owner.kind !== "guest");
    return (ring === 0 ? (other ?? guest) : (guest ?? other)) ?? holding[0];
  }

  /**
   * The image whose bytes are at a linear address in the memory of a domain. The hypervisor's start-up code is in no
   * domain's memory, though guests may be linked where it ran.
   */
  inSpace(linear: number, domain: number | undefined): Image | undefined {
    return this.at(linear, domain === undefined ? 0 : 1, domain);
  }

  /**
   * The symbol of an object or a function at a linear address, and the distance from its start; `at` has the
   * parameters.
   */
  nameAt(linear: number, ring: number, domain: number | undefined): string | undefined {
    const image = this.at(linear, ring, domain);
    // For a kernel that has enabled paging, a pointer there is a physical address.
    const symbols = image?.isEarly === true ? undefined : image?.symbols;
    const found =
      symbols?.objectAt(linear) ?? (symbols?.functionAt(linear) === undefined ? undefined : symbols.symbolAt(linear));
    if (found === undefined) return undefined;
    return found.offset === 0 ? found.symbol.name : `${found.symbol.name}+0x${found.offset.toString(16)}`;
  }

  /**
   * Whether another guest image has something at the address, so that a breakpoint there must check which domain runs.
   */
  isShared(image: Image, linear: number): boolean {
    return this.images.some((other) => other !== image && other.owner.kind === "guest" && this.holds(other, linear));
  }

  get vmm(): Image | undefined {
    return this.images.find((image) => image.owner.kind === "vmm");
  }

  private earlyAt(linear: number): Image | undefined {
    return this.withEarly.find((image) => image.isEarly === true && this.holds(image, linear));
  }

  private holds(image: Image, linear: number): boolean {
    return (this.ranges.get(image) ?? []).some(({ low, high }) => linear >= low && linear < high);
  }
}

/** Guests start with paging on. */
function earlyImages(image: Image): Image[] {
  if (image.owner.kind === "guest") return [];
  return beforePaging(image.symbols).map((symbols) => ({ ...image, symbols, isEarly: true }));
}

/** Whether an image may be met while a domain runs, or when none does. */
export function isOfDomain({ owner }: Image, domain: number | undefined): boolean {
  return owner.kind !== "guest" || domain === undefined || owner.domain === domain;
}

function loadedRanges(image: Image): AddressRange[] {
  return image.symbols.segments.map(({ virtual, memorySize }) => ({ low: virtual, high: virtual + memorySize }));
}
