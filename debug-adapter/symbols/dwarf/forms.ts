import type { ByteReader } from "../bytes";
import { Form } from "./constants";

/**
 * An attribute's value as it is in the file. The unit resolves indices into other sections (strx, addrx, loclistx,
 * rnglistx) when they are asked for, because their bases are attributes themselves.
 */
export type AttributeValue =
  | { readonly kind: "address"; readonly value: number }
  | { readonly kind: "addressIndex"; readonly value: number }
  | { readonly kind: "constant"; readonly value: number | bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "stringOffset"; readonly value: number; readonly table: "str" | "lineStr" }
  | { readonly kind: "stringIndex"; readonly value: number }
  | { readonly kind: "block"; readonly value: Uint8Array }
  | { readonly kind: "expression"; readonly value: Uint8Array }
  | { readonly kind: "flag"; readonly value: boolean }
  /** The offset in `.debug_info` (or in the section of type units) of the DIE that is meant. */
  | { readonly kind: "reference"; readonly value: number }
  | { readonly kind: "signature"; readonly value: bigint }
  | { readonly kind: "sectionOffset"; readonly value: number }
  | { readonly kind: "listIndex"; readonly value: number };

/** What the size of a form depends on. */
export interface FormContext {
  /** Offset of the unit's header: unit-relative references count from it. */
  readonly offset: number;
  readonly version: number;
  readonly addressSize: number;
}

/**
 * Reads one attribute.
 * @throws SymbolError dwarf-corrupt for an unknown form, because nothing after it can be found
 */
export function readForm(reader: ByteReader, form: Form, implicit: number, unit: FormContext): AttributeValue {
  switch (form) {
    case Form.Addr:
      return { kind: "address", value: reader.unsigned(unit.addressSize) };
    case Form.Addrx:
    case Form.GnuAddrIndex:
      return { kind: "addressIndex", value: reader.uleb() };
    case Form.Addrx1:
    case Form.Addrx2:
    case Form.Addrx3:
    case Form.Addrx4:
      return { kind: "addressIndex", value: reader.unsigned(form - Form.Addrx1 + 1) };
    case Form.Data1:
      return { kind: "constant", value: reader.u8() };
    case Form.Data2:
      return { kind: "constant", value: reader.u16() };
    case Form.Data4:
      return { kind: "constant", value: reader.u32() };
    case Form.Data8:
      return { kind: "constant", value: reader.u64() };
    case Form.Sdata:
      return { kind: "constant", value: reader.slebBig() };
    case Form.Udata:
      return { kind: "constant", value: reader.ulebBig() };
    case Form.ImplicitConst:
      return { kind: "constant", value: implicit };
    case Form.Data16:
      return { kind: "block", value: reader.block(16) };
    case Form.Block1:
      return { kind: "block", value: reader.block(reader.u8()) };
    case Form.Block2:
      return { kind: "block", value: reader.block(reader.u16()) };
    case Form.Block4:
      return { kind: "block", value: reader.block(reader.u32()) };
    case Form.Block:
      return { kind: "block", value: reader.block(reader.uleb()) };
    case Form.Exprloc:
      return { kind: "expression", value: reader.block(reader.uleb()) };
    case Form.Flag:
      return { kind: "flag", value: reader.u8() !== 0 };
    case Form.FlagPresent:
      return { kind: "flag", value: true };
    case Form.SecOffset:
      return { kind: "sectionOffset", value: reader.u32() };
    case Form.Loclistx:
    case Form.Rnglistx:
      return { kind: "listIndex", value: reader.uleb() };
    case Form.Indirect:
      return readIndirect(reader, unit);
    default:
      return readString(reader, form) ?? readReference(reader, form, unit);
  }
}

/** The form comes before the value. A form that is indirect again is refused: it would have no end and no meaning. */
function readIndirect(reader: ByteReader, unit: FormContext): AttributeValue {
  const form: Form = reader.uleb();
  if (form === Form.Indirect) throw reader.corrupt("indirect form of an indirect form");
  return readForm(reader, form, 0, unit);
}

function readString(reader: ByteReader, form: Form): AttributeValue | undefined {
  switch (form) {
    case Form.String:
      return { kind: "string", value: reader.cstring() };
    case Form.Strp:
      return { kind: "stringOffset", value: reader.u32(), table: "str" };
    case Form.LineStrp:
      return { kind: "stringOffset", value: reader.u32(), table: "lineStr" };
    case Form.Strx:
    case Form.GnuStrIndex:
      return { kind: "stringIndex", value: reader.uleb() };
    case Form.Strx1:
    case Form.Strx2:
    case Form.Strx3:
    case Form.Strx4:
      return { kind: "stringIndex", value: reader.unsigned(form - Form.Strx1 + 1) };
    default:
      return undefined;
  }
}

function readReference(reader: ByteReader, form: Form, unit: FormContext): AttributeValue {
  switch (form) {
    case Form.Ref1:
      return { kind: "reference", value: unit.offset + reader.u8() };
    case Form.Ref2:
      return { kind: "reference", value: unit.offset + reader.u16() };
    case Form.Ref4:
      return { kind: "reference", value: unit.offset + reader.u32() };
    case Form.Ref8:
      return { kind: "reference", value: unit.offset + Number(reader.u64()) };
    case Form.RefUdata:
      return { kind: "reference", value: unit.offset + reader.uleb() };
    case Form.RefAddr:
      // In DWARF 2 it had the size of an address; both sizes are 4 bytes here.
      return { kind: "reference", value: reader.u32() };
    case Form.RefSig8:
      return { kind: "signature", value: reader.u64() };
    default:
      throw reader.corrupt(`attribute form 0x${form.toString(16)}`);
  }
}

/** Moves past one attribute. For the forms that fill most DIEs it makes no value. */
export function skipForm(reader: ByteReader, form: Form, unit: FormContext): void {
  switch (form) {
    case Form.FlagPresent:
    case Form.ImplicitConst:
      return;
    case Form.Data1:
    case Form.Ref1:
    case Form.Flag:
    case Form.Strx1:
    case Form.Addrx1:
      reader.skip(1);
      return;
    case Form.Data2:
    case Form.Ref2:
      reader.skip(2);
      return;
    case Form.Data4:
    case Form.Ref4:
    case Form.Strp:
    case Form.LineStrp:
    case Form.SecOffset:
      reader.skip(4);
      return;
    case Form.Addr:
      reader.skip(unit.addressSize);
      return;
    case Form.Exprloc:
      reader.skip(reader.uleb());
      return;
    default:
      readForm(reader, form, 0, unit);
  }
}
