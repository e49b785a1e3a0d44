import type { GeneralName, RegisterName } from "../../emulator/index";
import { memberNamed } from "../awareness/layout";
import { ExpressionError } from "../values/expression-error";
import type { Environment } from "../expressions/evaluate";
import { UINT } from "../expressions/types";
import { expressionMessages as say } from "../messages";
import type { FrameRow } from "../stack/stack";
import { isOfDomain, type Image } from "../images/image-space";
import { isLive, type AddressSpace } from "../awareness/address-space";
import { DwarfReg, isStruct, sizeOf, strip, type ReadMemory, type Type, type Variable } from "../symbols/index";
import { hex32 } from "../values/hex";
import { notationIn, notationOf, type Notation } from "../values/notation";
import { argumentNotation } from "../trace/hypercall-table";
import { isRegisterName, REGISTER_NAMES, registerPart } from "../values/registers";
import { inMemory, integerValue, memberOf, readInteger, type TypedValue } from "../values/typed-value";
import type { Debuggee } from "../debuggee/debuggee";

/** A frame in which expressions are evaluated; undefined outside of any. */
export type EvaluationFrame = FrameRow | undefined;

/** Registers that have one value for all vCPUs, because the hypervisor does not change them when it switches. */
const SHARED_REGISTERS: ReadonlySet<RegisterName> = new Set(["cr0", "cr4", "tr"]);

/** The size of the largest value that an assignment stores. */
const MAX_ASSIGNED = 4096;

/** The meaning of names in a frame: its blocks from the inside out, its image, the other images, registers. */
export class FrameEnvironment implements Environment {
  /** The address space to which memory addresses refer. */
  readonly space: AddressSpace;
  readonly readMemory: ReadMemory;
  /** Whether its registers are the machine's own. This is found before any assignment, which may change eip. */
  private readonly isInnermost: boolean;

  constructor(
    private readonly debuggee: Debuggee,
    private readonly frame: EvaluationFrame,
  ) {
    this.space = frame?.machine.space ?? debuggee.space;
    this.readMemory = this.space.readMemory;
    this.isInnermost =
      frame === undefined ||
      (isLive(this.space) && frame.machine.pc === debuggee.machine.pc && !frame.machine.isReturnAddress);
  }

  lookup(name: string): TypedValue | undefined {
    const frame = this.current();
    const local = frame === undefined ? undefined : (findLocal(frame, name) ?? memberOfThis(frame, name));
    if (local !== undefined) return local;
    for (const [image, spelled] of this.images().flatMap((each) => this.spellings(each, name))) {
      const found = this.global(image, spelled) ?? enumeratorValue(image, spelled) ?? functionValue(image, spelled);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * The frame with its registers as they are now, since an assignment may have changed those of the innermost frame.
   */
  private current(): EvaluationFrame {
    const { frame } = this;
    if (frame === undefined || !this.isInnermost) return frame;
    const registers = REGISTER_NAMES.map((name) => this.debuggee.machine.registers.get(name));
    return { ...frame, machine: { ...frame.machine, registers } };
  }

  register(name: string): TypedValue | undefined {
    const part = registerPart(name);
    if (part !== undefined) {
      const whole = this.registerValue(part.register);
      return whole === undefined
        ? undefined
        : integerValue(UINT, BigInt((whole >>> part.shift) & (part.size === 1 ? 0xff : 0xffff)));
    }
    if (!isRegisterName(name)) return undefined;
    const dwarf = REGISTER_NAMES.indexOf(name as (typeof REGISTER_NAMES)[number]);
    if (dwarf >= 0) {
      return { type: UINT, place: { kind: "register", register: dwarf as DwarfReg, value: this.registerValue(name) } };
    }
    const value = this.registerValue(name);
    if (value === undefined) throw new ExpressionError(say.registerLost(name));
    return integerValue(UINT, BigInt(value));
  }

  /** The frame's value of a register. The unwinder keeps the general ones; all others are the machine's. */
  registerValue(name: RegisterName): number | undefined {
    const dwarf = REGISTER_NAMES.indexOf(name as (typeof REGISTER_NAMES)[number]);
    // The innermost frame has the machine's own registers, so that an assignment is seen at once.
    if (this.frame === undefined || this.isInnermost) return this.debuggee.machine.registers.get(name);
    if (dwarf >= 0) return this.frame.machine.registers[dwarf];
    if (name === "cs") return this.frame.machine.cs;
    if (name === "cpl") return this.frame.machine.ring;
    const { directory } = this.space;
    if (directory !== undefined)
      return name === "cr3" ? directory : SHARED_REGISTERS.has(name) ? this.ofMachine(name) : undefined;
    return this.ofMachine(name);
  }

  private ofMachine(name: RegisterName): number {
    return this.debuggee.machine.registers.get(name);
  }

  typeNamed(name: string): Type | undefined {
    return this.images()
      .map((image) => image.symbols.typeNamed(name))
      .find((type) => type !== undefined);
  }

  assign(target: TypedValue, bits: bigint): void {
    const { place } = target;
    const size = sizeOf(target.type) ?? 0;
    if (size === 0 || size > MAX_ASSIGNED) throw new ExpressionError(say.notAssignable());
    if (place.kind === "memory") return this.store(target, place.address, size, bits);
    const name = place.kind === "register" ? REGISTER_NAMES[place.register] : undefined;
    // Registers of outer frames are known, but there is no place where they could be written.
    if (name === undefined || !this.isInnermost || size > 4) throw new ExpressionError(say.notAssignable());
    const { registers } = this.debuggee.machine;
    const mask = (1n << BigInt(target.bits?.bitSize ?? 8 * size)) - 1n;
    const shift = BigInt(target.bits?.bitOffset ?? 0);
    const word = (BigInt(registers.get(name)) & ~(mask << shift)) | ((bits & mask) << shift);
    registers.set(name satisfies GeneralName, Number(BigInt.asUintN(32, word)));
  }

  private store(target: TypedValue, address: number, whole: number, value: bigint): void {
    let word = value;
    // A bit-field may extend beyond the bytes of its type.
    const size = target.bits === undefined ? whole : Math.ceil((target.bits.bitOffset + target.bits.bitSize) / 8);
    if (target.bits !== undefined) {
      const { bitOffset, bitSize } = target.bits;
      const old = this.readMemory(address, size);
      if (old === undefined || old.length < size) throw new ExpressionError(say.cannotRead(hex32(address)));
      const mask = ((1n << BigInt(bitSize)) - 1n) << BigInt(bitOffset);
      const before = old.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      word = (before & ~mask) | ((value << BigInt(bitOffset)) & mask);
    }
    const bytes = Uint8Array.from({ length: size }, (_, i) => Number((word >> BigInt(8 * i)) & 0xffn));
    if (this.space.writeMemory(address, bytes) < size) {
      throw new ExpressionError(say.cannotWrite(hex32(address)));
    }
  }

  /** In a function of C++ or Rust, the names of its own namespaces and classes come first. */
  private spellings(image: Image, name: string): [Image, string][] {
    const scopes =
      image === this.frame?.machine.image ? (this.frame.source?.functionName.split("::").slice(0, -1) ?? []) : [];
    const inner = scopes.map((_, i): [Image, string] => [
      image,
      `${scopes.slice(0, scopes.length - i).join("::")}::${name}`,
    ]);
    return [...inner, [image, name]];
  }

  /**
   * The frame's own image first, then its domain's guest, then the hypervisor. The names of other domains have no
   * meaning here.
   */
  private images(): Image[] {
    const own = this.frame?.machine.image;
    const rank = (image: Image): number => (image === own ? 0 : image.owner.kind === "guest" ? 1 : 2);
    const images = this.debuggee.images.images.filter((image) => isOfDomain(image, this.space.domain));
    const sorted = images.sort((a, b) => rank(a) - rank(b));
    // Start-up code before paging sees its image where it is loaded.
    return own?.isEarly === true ? [own, ...sorted] : sorted;
  }

  private global(image: Image, name: string): TypedValue | undefined {
    const variable = image.symbols.globals(name)[0];
    if (variable === undefined) return undefined;
    const state = this.current()?.machine ?? {
      pc: 0,
      isReturnAddress: false,
      registers: [],
      readMemory: this.readMemory,
    };
    const place = image.symbols.evaluateLocation(variable.location, state);
    return named({ type: variable.type, place }, notationOf(variable.name, variable.type));
  }
}

/** A variable of the frame's blocks, the innermost of that name. */
function findLocal(frame: NonNullable<EvaluationFrame>, name: string): TypedValue | undefined {
  const { source } = frame;
  const variable =
    source?.scopes.flatMap((scope) => scope.variables).find((v) => v.name === name) ??
    source?.parameters.find((v) => v.name === name);
  return variable === undefined ? undefined : localValue(frame, variable);
}

/** A member of the object that a method of C++ was called for. */
function memberOfThis(frame: NonNullable<EvaluationFrame>, name: string): TypedValue | undefined {
  const self = findLocal(frame, "this");
  const pointer = self === undefined ? undefined : strip(self.type);
  const type = pointer?.kind === "pointer" ? strip(pointer.target) : undefined;
  const found = type !== undefined && isStruct(type) ? memberNamed(type, name) : undefined;
  if (self === undefined || type === undefined || found === undefined) return undefined;
  const { readMemory } = frame.machine;
  const address = Number(readInteger(self, readMemory));
  return memberOf(inMemory(type, address), found.member, found.offset, readMemory);
}

/** Where a parameter or local of the frame is now. */
export function localValue(frame: NonNullable<EvaluationFrame>, variable: Variable): TypedValue {
  const symbols = frame.machine.image?.symbols;
  const place = symbols?.evaluateLocation(variable.location, frame.machine) ?? { kind: "optimizedOut" as const };
  const type = symbols?.resolveType(variable.type, frame.machine) ?? variable.type;
  const { functionName = "", parameters = [] } = frame.source ?? {};
  const index = parameters.indexOf(variable);
  return named(
    { type, place },
    argumentNotation(functionName, variable.name, index) ??
      notationOf(variable.name, type) ??
      notationIn(functionName, type),
  );
}

function named(value: TypedValue, notation: Notation): TypedValue {
  return notation === undefined ? value : { ...value, notation };
}

function enumeratorValue(image: Image, name: string): TypedValue | undefined {
  const found = image.symbols.enumeratorNamed(name);
  return found === undefined ? undefined : integerValue(found.type, found.value);
}

function functionValue(image: Image, name: string): TypedValue | undefined {
  const fn = image.symbols.functionsNamed(name)[0];
  if (fn !== undefined) return inMemory(fn.type ?? UNKNOWN_FUNCTION, fn.entry);
  const symbol = image.symbols.symbolNamed(name);
  return symbol === undefined
    ? undefined
    : inMemory(symbol.kind === "object" ? UINT : UNKNOWN_FUNCTION, symbol.address);
}

const UNKNOWN_FUNCTION: Type = {
  kind: "function",
  returns: { kind: "void" },
  parameters: [],
  isVariadic: false,
  isPrototyped: false,
};
