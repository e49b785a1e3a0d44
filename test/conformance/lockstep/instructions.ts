import { type OperandSpec, SPECS, type Spec } from "../../../emulator/isa/spec";
import { Trait } from "../../../emulator/isa/traits";
import { encode } from "../../differential/encode";
import type { Rng } from "../../differential/rng";
import { value } from "../../differential/values";
import { type Assembler, little, Reg } from "./assembler";
import { At, DATA_PAGES, NARROW_CODE, NARROW_DATA, ODD_SEGMENTS, PAGE, SELECTORS, type Setting } from "./setting";

/** Random instructions for the bodies of blocks. EBX and ESI point at data and are kept, ESP too. */

const BASES = [Reg.Ebx, Reg.Esi];
const PLAIN = SPECS.filter(
  ({ traits, text, operands }) =>
    (traits & (Trait.System | Trait.Branch | Trait.Stack | Trait.String)) === 0 &&
    !text.startsWith("undefined") &&
    operands.every(({ addressing }) => "EGZIMfixed".includes(addressing)),
);
/** What compilers write. */
const COMMON = PLAIN.filter(({ mnemonic }) =>
  /^(add|sub|and|or|xor|cmp|test|mov|lea|inc|dec|neg|not|adc|sbb|shl|shr|sar|movzx|movsx|setcc|cmov|imul2)$/.test(
    mnemonic,
  ),
);
const STRINGS = [0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf];
/** ES, CS, SS, DS, FS, GS. */
const OVERRIDES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
/** Instructions without operands that keep the stack nearly level. */
// prettier-ignore
const STACK = [
  [0x50], [0x58], [0x9c], [0x6a, 0x55], [0xff, 0x33], [0x8f, 0x06], [0x8d, 0x64, 0x24, 0xfc], [0x51], [0x5f],
  [0x83, 0xc4, 4], [0x66, 0x50], [0x66, 0x5a], [0x9c, 0x9d], [0x60, 0x61], [0x1e, 0x58], [0x83, 0x04, 0x24, 3], [0x8b, 0x44, 0x24, 8],
];
/** RDTSC, STI, CLI and STI, CLD, STD, INT 80h, MOV SS, POP SS, POPF with TF, CPUID, INT3, INTO, IN. */
// prettier-ignore
const SYSTEM = [
  [0x0f, 0x31], [0x0f, 0x31], [0xfb], [0xfa, 0xfb], [0xfc], [0xfd], [0xcd, 0x80], [0x8c, 0xd0, 0x8e, 0xd0], [0x16, 0x17],
  [0x68, 2, 3, 0, 0, 0x9d], [0x53, 0x0f, 0xa2, 0x5b], [0xcc], [0xce], [0xe4, 0x40], [0x9c, 0xfa, 0x9d],
];
/** Reloads CR3; INVLPG; writes CR0 back; turns CR0.WP and CR4.PGE. */
// prettier-ignore
const PRIVILEGED = [
  [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8], [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8], [0x0f, 0x01, 0x3b], [0x0f, 0x01, 0x7e, 0x40],
  [0x0f, 0x20, 0xc0, 0x0f, 0x22, 0xc0], [0x0f, 0x20, 0xc0, 0x35, 0, 0, 1, 0, 0x0f, 0x22, 0xc0], [0x0f, 0x20, 0xe0, 0x34, 0x80, 0x0f, 0x22, 0xe0],
];

const ES = 0x26;
const ADDRESS16 = 0x67;
const CLD = 0xfc;
const STD = 0xfd;
/** 16-bit code: INC AX, ADD AX and EAX, MOV EAX [EBX], MOV [ESI] AL, PUSH and POP AX, JC to the next, a loop, XOR EDX, REP STOSB by EDI, NOT [EBX]. */
// prettier-ignore
const NARROW = [
  [0x40], [0x01, 0xc8], [0x66, 0x01, 0xc8], [0x67, 0x66, 0x8b, 0x03], [0x67, 0x88, 0x06], [0x50, 0x58], [0x72, 0], [0xb9, 20, 0, 0x4a, 0xe2, 0xfd],
  [0x66, 0x31, 0xd2], [0x67, 0xf3, 0xaa], [0x67, 0xf7, 0x13],
];

/** A place whose bytes may change at any time and still are code. */
export interface Soft {
  label: string;
  /** An immediate of four bytes, or an opcode that its bit 3 turns from INC to DEC. */
  kind: "immediate" | "opcode";
}

type Weighted = readonly [weight: number, emit: () => void];

export class Instructions {
  readonly soft: Soft[] = [];
  /** EBP holds a frame. */
  framed = false;
  private readonly choices: Weighted[];
  private readonly sum: number;
  private labels = 0;

  constructor(
    private readonly a: Assembler,
    private readonly rng: Rng,
    private readonly setting: Setting,
  ) {
    const core: Weighted[] = [
      [50, () => this.plain(COMMON)],
      [10, () => this.plain(PLAIN)],
      [3, () => this.pointers()],
    ];
    const special: Weighted[] = [
      [30, () => this.plain(PLAIN)],
      [8, () => void a.emit(...rng.pick(STACK))],
      [4, () => this.string()],
      [2, () => this.narrowString()],
      [1, () => this.narrowCode()],
      [8, () => this.skip()],
      [4, () => this.indexed()],
      [2, () => this.narrow()],
      [3, () => this.overlap()],
      [3, () => this.patch()],
      [1, () => this.system()],
      [1, () => this.segment()],
    ];
    // Each program leaves out half of what is special: together they show more than one mixture would.
    this.choices = [...core, ...special.filter(() => rng.oneIn(2))];
    this.sum = this.choices.reduce((sum, [weight]) => sum + weight, 0);
  }

  /** One instruction, or a few that need each other. */
  one(): void {
    let at = this.rng.below(this.sum);
    for (const [weight, emit] of this.choices) {
      if ((at -= weight) < 0) return emit();
    }
  }

  fresh(name: string): string {
    return `${name} ${(this.labels++).toString()}`;
  }

  // ---- pointers

  /** New places in the data: aligned, anywhere, or across a page end. */
  pointers(): void {
    this.a.mov(Reg.Ebx, this.place()).mov(Reg.Esi, this.place());
    if (this.rng.oneIn(2)) this.stack();
  }

  stack(): void {
    const { a, rng } = this;
    a.mov(Reg.Esp, At.UserStack - rng.below(64) * (rng.oneIn(8) ? 1 : 4));
  }

  private place(): number {
    const { rng } = this;
    const page =
      At.Data + rng.below(DATA_PAGES) * PAGE + (rng.oneIn(12) && this.setting.limit === 0xffffffff ? At.Large : 0);
    if (rng.oneIn(3)) return page + PAGE - 8 + rng.below(8);
    return page + (rng.oneIn(2) ? rng.below(PAGE >> 2) * 4 : rng.below(PAGE));
  }

  private kept(reg: number, size: number): boolean {
    if (size === 1) return (reg & 3) === Reg.Ebx;
    return reg === Reg.Esp || reg === Reg.Ebx || reg === Reg.Esi || (this.framed && reg === Reg.Ebp);
  }

  // ---- plain instructions

  private plain(specs: readonly Spec[]): void {
    const { a, rng } = this;
    const spec = rng.pick(specs);
    const opSize = rng.oneIn(8) ? 2 : 4;
    const bytes = [...encode(spec, { opSize, addrSize: 4, memory: false }, rng)];
    const sizeOf = ({ size }: OperandSpec): number => (size === "v" ? opSize : size);
    const keeps = (addressing: string, reg: number): boolean =>
      spec.operands.some((operand) => operand.addressing === addressing && this.kept(reg, sizeOf(operand)));
    if (!spec.modrm) {
      const opcode = bytes.find((byte) => byte !== 0x66 && byte !== 0x0f) ?? 0;
      if (!keeps("Z", opcode & 7)) a.emit(...bytes);
      return;
    }
    const at = bytes.length - immediates(spec, opSize) - 1;
    const modrm = bytes[at] ?? 0;
    const reg = (modrm >> 3) & 7;
    if (keeps("G", reg)) return;
    if (spec.operands.some(({ addressing }) => addressing === "M") || (rng.oneIn(2) && !spec.registersOnly)) {
      if (rng.oneIn(16)) a.emit(rng.pick(OVERRIDES));
      a.emit(...bytes.slice(0, at), ...this.memory(reg), ...bytes.slice(at + 1));
    } else if (!keeps("E", modrm & 7)) a.emit(...bytes);
  }

  private memory(reg: number): number[] {
    const { rng } = this;
    const base = rng.pick(BASES);
    if (rng.oneIn(8)) return [(reg << 3) | 5, ...little(this.place())];
    if (rng.oneIn(3)) return [(reg << 3) | base];
    if (rng.oneIn(2)) return [0x40 | (reg << 3) | base, rng.u32() & 0xff];
    return [0x80 | (reg << 3) | base, ...little(rng.oneIn(3) ? rng.below(0x2000) - 0x1000 : rng.below(64) * 4)];
  }

  /** MOVZX ECX, CL, then MOV, ADD or another with [base + ECX * scale + disp8]. */
  private indexed(): void {
    const { a, rng } = this;
    const reg = rng.pick([Reg.Eax, Reg.Edx, Reg.Edi]);
    a.emit(0x0f, 0xb6, 0xc9, rng.pick([0x89, 0x8b, 0x01, 0x03, 0x39, 0x88, 0x8a, 0x31]));
    a.emit(0x44 | (reg << 3), (rng.below(4) << 6) | (Reg.Ecx << 3) | rng.pick(BASES), rng.u32() & 0xff);
  }

  /** With an address size of 16 bits: LEA, JCXZ, LOOP. */
  private narrow(): void {
    const { a, rng } = this;
    if (rng.oneIn(2))
      a.emit(0x67, 0x8d, 0x40 | (rng.pick([Reg.Eax, Reg.Edx, Reg.Edi]) << 3) | rng.below(8), rng.u32() & 0xff);
    else a.emit(0x67).over(rng.pick([0xe0, 0xe1, 0xe2, 0xe3]), () => this.plain(COMMON));
  }

  // ---- control flow inside a block

  /** A short conditional jump, LOOP or JECXZ over a few instructions. */
  private skip(): void {
    const { a, rng } = this;
    const opcode = rng.oneIn(6) ? 0xe0 + rng.below(4) : 0x70 + rng.below(16);
    a.over(opcode, () => {
      for (let n = 1 + rng.below(3); n > 0; n--) this.plain(rng.oneIn(3) ? PLAIN : COMMON);
    });
  }

  /** MOV EDX, imm32 that a jump goes into the middle of: its immediate is three instructions. */
  private overlap(): void {
    const { a, rng } = this;
    const short = (): number => 0x40 + rng.pick([Reg.Eax, Reg.Ecx, Reg.Edx, Reg.Edi]) + 8 * rng.below(2);
    a.emit(
      0x70 + rng.below(16),
      1,
      0xba,
      short(),
      short(),
      ...rng.pick([
        [0x31, 0xc2],
        [0x01, 0xc8],
        [0x0f, 0xca],
        [0xf7, 0xd0],
      ]),
    );
  }

  // ---- strings

  /** Pointers that overlap, cross pages, or leave the data. */
  private string(): void {
    const { a, rng } = this;
    const isDown = rng.oneIn(4);
    if (isDown) a.emit(STD);
    a.mov(Reg.Edi, this.place());
    if (rng.oneIn(3)) a.emit(rng.pick(STRINGS));
    else this.repeated();
    if (isDown) a.emit(CLD);
    a.mov(Reg.Esi, this.place());
  }

  private repeated(...prefixes: number[]): void {
    const { a, rng } = this;
    a.mov(Reg.Ecx, rng.below(rng.oneIn(8) ? 3000 : 40));
    a.emit(...prefixes, rng.pick([0xf2, 0xf3]), ...(rng.oneIn(8) ? [0x66] : []), rng.pick(STRINGS));
  }

  /** With 16-bit addresses, which wrap, in a segment that they reach: MOV ES; DF; ES: REP string; MOV ES back. */
  private narrowString(): void {
    const { a, rng, setting } = this;
    const offset = (): number =>
      rng.oneIn(3) ? 0x10000 * rng.below(3) + rng.below(64) - 32 : rng.below(DATA_PAGES * PAGE);
    a.mov(Reg.Eax, NARROW_DATA.selector).emit(0x8e, 0xc0).mov(Reg.Esi, offset()).mov(Reg.Edi, offset());
    a.emit(rng.oneIn(3) ? STD : CLD);
    if (rng.oneIn(2)) a.mov(Reg.Eax, rng.u32());
    this.repeated(ADDRESS16, ES);
    a.emit(CLD).mov(Reg.Eax, SELECTORS[setting.ring][1]).emit(0x8e, 0xc0).mov(Reg.Esi, this.place());
  }

  /** CALL FAR into a 16-bit segment; JMP over; a few instructions; RETF with 32 bits. */
  private narrowCode(): void {
    const { a, rng } = this;
    const label = this.fresh("narrow");
    a.emit(0x9a).absolute(label, -At.Code).emit(NARROW_CODE.selector, 0);
    a.over(0xeb, () => {
      a.label(label);
      for (let n = 1 + rng.below(5); n > 0; n--) a.emit(...rng.pick(NARROW));
      a.emit(0x66, 0xcb);
    });
  }

  // ---- code that changes

  /** A store into code: the immediate or the opcode of an earlier or a later instruction, or a byte that is none. */
  private patch(): void {
    const { a, rng } = this;
    const label = this.fresh("soft");
    const isOpcode = rng.oneIn(3);
    this.soft.push({ label, kind: isOpcode ? "opcode" : "immediate" });
    const offset = rng.oneIn(4) && this.setting.paging !== "off" ? At.Alias - At.Code : 0;
    const target = (): void => {
      if (isOpcode) a.label(label).emit(0x42);
      else a.emit(0xba).label(label).word(rng.u32());
    };
    const store = (): void => {
      // XOR BYTE [label], 8, or MOV [label], r in any size.
      if (isOpcode) a.emit(0x80, 0x35).absolute(label, offset).emit(8);
      else a.emit(...rng.pick([[0x88], [0x89], [0x66, 0x89]]), 0x05 | (rng.below(3) << 3)).absolute(label, offset);
    };
    for (const piece of rng.oneIn(2) ? [store, target] : [target, store]) piece();
  }

  // ---- the system

  private system(): void {
    const { a, rng } = this;
    if (rng.oneIn(this.setting.ring === 0 ? 2 : 8)) a.emit(...rng.pick(PRIVILEGED));
    else a.emit(...rng.pick(SYSTEM));
  }

  /** MOV ES, DS, FS or GS: a segment that is not flat, the ring's own, or none. */
  private segment(): void {
    const { a, rng } = this;
    const selector = rng.oneIn(3)
      ? SELECTORS[this.setting.ring][1]
      : rng.oneIn(8)
        ? 0
        : rng.pick(ODD_SEGMENTS).selector;
    a.mov(Reg.Eax, selector).emit(0x8e, 0xc0 | (rng.pick([0, 3, 4, 4, 4, 5, 5, 5]) << 3));
  }

  /** Values for the registers that no rule keeps. */
  values(): void {
    for (const reg of [Reg.Eax, Reg.Ecx, Reg.Edx, Reg.Ebp, Reg.Edi]) this.a.mov(reg, value(this.rng));
  }
}

function immediates(spec: Spec, opSize: 2 | 4): number {
  return spec.operands.reduce((sum, { addressing, size, signExtended, value: fixed }) => {
    if (addressing !== "I" || fixed >= 0) return sum;
    return sum + (signExtended ? 1 : size === "v" ? opSize : size);
  }, 0);
}
