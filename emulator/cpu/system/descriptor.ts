import { Desc, type SysType } from "../../base/arch";

/** A segment descriptor or gate as it is in its table (vol. 3A, figures 3-8 and 6-2), and its place. */
export class Descriptor {
  selector = 0;
  /** The linear address of the eight bytes. */
  at = 0;
  low = 0;
  high = 0;

  get base(): number {
    return ((this.low >>> 16) | ((this.high & 0xff) << 16) | (this.high & 0xff000000)) >>> 0;
  }

  /** Effective limit in bytes, as SegField.Limit has it. */
  get limit(): number {
    const limit = (this.low & 0xffff) | (this.high & 0xf0000);
    return (this.high & Desc.G) !== 0 ? ((limit << 12) | 0xfff) >>> 0 : limit;
  }

  get rights(): number {
    return this.high & Desc.Rights;
  }

  get dpl(): number {
    return (this.high >>> Desc.DplShift) & 3;
  }

  get rpl(): number {
    return this.selector & 3;
  }

  get present(): boolean {
    return (this.high & Desc.P) !== 0;
  }

  get isCode(): boolean {
    return (this.high & (Desc.S | Desc.Code)) === (Desc.S | Desc.Code);
  }

  get isConforming(): boolean {
    return (this.high & Desc.Ec) !== 0;
  }

  get isWritableData(): boolean {
    return (this.high & (Desc.S | Desc.Code | Desc.Rw)) === (Desc.S | Desc.Rw);
  }

  /** Whether it is data, or code that may be read. */
  get isReadable(): boolean {
    return (this.high & Desc.S) !== 0 && (this.high & (Desc.Code | Desc.Rw)) !== Desc.Code;
  }

  /** Whether the descriptor is one for code or data; else `systemType` tells its type. */
  get isSegment(): boolean {
    return (this.high & Desc.S) !== 0;
  }

  get systemType(): SysType {
    return (this.high >>> 8) & 0xf;
  }

  /** A gate's target selector. */
  get gateSelector(): number {
    return this.low >>> 16;
  }

  /** A gate's offset: 16 bits in a 16-bit gate. */
  get gateOffset(): number {
    const is32 = (this.high & (8 << 8)) !== 0;
    return (is32 ? (this.low & 0xffff) | (this.high & 0xffff0000) : this.low & 0xffff) >>> 0;
  }

  /** Whether `eip` is inside this code segment. */
  holds(eip: number): boolean {
    return eip >>> 0 <= this.limit;
  }
}
