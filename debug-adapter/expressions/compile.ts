import { Op, ProbeRegister } from "../../emulator/index";
import { expressionMessages as say } from "../messages";
import {
  DwarfReg,
  flatMembers,
  isStruct,
  sizeOf,
  strip,
  typeName,
  type SimplePlace,
  type Type,
} from "../symbols/index";
import { memberNamed } from "../awareness/layout";
import { registerPart } from "../values/registers";
import { signedness } from "../values/typed-value";
import { ExpressionError } from "../values/expression-error";
import { NotCompilable, type BinaryOp, type Expression } from "./ast";
import { ProbeCode } from "./probe-code";
import { elementOf, INT, isFloat, isPointer, pointerTo, promote, resolveType, UINT } from "./types";

/** The meaning of names at the breakpoint's address, without a machine. */
export interface CompileScope {
  /** Undefined for an unknown name. If `place` is undefined, the name is known but has no simple place. */
  lookup(name: string): { type: Type; place: SimplePlace | undefined } | undefined;
  typeNamed(name: string): Type | undefined;
}

/** Probe bytecode for an expression of one word, and the type of its value. Throws ExpressionError. */
export function compileValue(e: Expression, scope: CompileScope): { code: Int32Array; type: Type } {
  const compiler = new Compiler(scope);
  const type = compiler.word(e);
  compiler.code.emit(Op.End);
  return { code: compiler.code.finish(), type };
}

/** What code has left on the stack for an operand: its value, or its address. */
interface Operand {
  type: Type;
  in: "stack" | "address";
  bits?: { readonly bitOffset: number; readonly bitSize: number } | undefined;
}

const PROBE_REGISTERS: Readonly<Record<string, ProbeRegister>> = {
  eax: ProbeRegister.Eax,
  ecx: ProbeRegister.Ecx,
  edx: ProbeRegister.Edx,
  ebx: ProbeRegister.Ebx,
  esp: ProbeRegister.Esp,
  ebp: ProbeRegister.Ebp,
  esi: ProbeRegister.Esi,
  edi: ProbeRegister.Edi,
  eip: ProbeRegister.Eip,
  eflags: ProbeRegister.Eflags,
  es: ProbeRegister.Es,
  cs: ProbeRegister.Cs,
  ss: ProbeRegister.Ss,
  ds: ProbeRegister.Ds,
  fs: ProbeRegister.Fs,
  gs: ProbeRegister.Gs,
  cr0: ProbeRegister.Cr0,
  cr2: ProbeRegister.Cr2,
  cr3: ProbeRegister.Cr3,
  cr4: ProbeRegister.Cr4,
  cpl: ProbeRegister.Cpl,
};

/** DWARF numbers the registers as the processor does, and then EIP and EFLAGS. */
const fromDwarf = (register: DwarfReg): ProbeRegister => register as number;

class Compiler {
  readonly code = new ProbeCode();

  constructor(private readonly scope: CompileScope) {}

  /** Leaves the value as one word on the stack; returns its promoted type (or the pointer's). */
  word(e: Expression): Type {
    return this.load(this.operand(e));
  }

  private load(operand: Operand): Type {
    const { type } = operand;
    const bare = strip(type);
    if (operand.in === "address" && (bare.kind === "array" || bare.kind === "function")) {
      return pointerTo(bare.kind === "array" ? bare.element : type);
    }
    const signed = signedness(type);
    const size = sizeOf(type);
    if (isFloat(type) || bare.kind === "reference") throw new NotCompilable(say.conditionWide());
    if (signed === undefined || size === undefined) throw new ExpressionError(say.notNumber(typeName(type)));
    if (operand.bits !== undefined) return this.loadBits(operand.bits, signed);
    if (size > 4) throw new NotCompilable(say.conditionWide());
    if (operand.in === "address") {
      this.code.emit(
        size === 4 ? Op.Load32 : size === 2 ? (signed ? Op.Load16S : Op.Load16U) : signed ? Op.Load8S : Op.Load8U,
      );
    }
    return isPointer(type) ? type : (promote(type) ?? INT);
  }

  /** Loads a bit-field that is in the dword at its address. One that reaches beyond it is refused. */
  private loadBits({ bitOffset, bitSize }: NonNullable<Operand["bits"]>, signed: boolean): Type {
    if (bitOffset + bitSize > 32) throw new NotCompilable(say.conditionWide());
    this.code.emit(bitOffset + bitSize <= 8 ? Op.Load8U : bitOffset + bitSize <= 16 ? Op.Load16U : Op.Load32);
    this.code.push(Op.Push, 32 - bitOffset - bitSize);
    this.code.fold(Op.Shl);
    this.code.push(Op.Push, 32 - bitSize);
    this.code.fold(signed ? Op.ShrS : Op.ShrU);
    return signed || bitSize < 32 ? INT : UINT;
  }

  private operand(e: Expression): Operand {
    switch (e.kind) {
      case "number":
        if (e.long) throw new NotCompilable(say.conditionWide());
        this.code.push(Op.Push, Number(BigInt.asIntN(32, e.value)));
        return { type: e.unsigned ? UINT : INT, in: "stack" };
      case "float":
        throw new NotCompilable(say.conditionWide());
      case "register":
        return this.register(e.name);
      case "name":
        return this.name(e.name);
      case "unary":
        return this.unary(e);
      case "binary":
        return { type: this.binary(e), in: "stack" };
      case "conditional":
        return this.choice(e);
      case "member":
        return this.member(e);
      case "index":
        return this.index(e);
      case "cast": {
        const type = this.typeOf(e.type);
        this.word(e.operand);
        this.narrow(type);
        return { type, in: "stack" };
      }
      case "sizeof": {
        const type =
          e.operand.kind === "type-name" ? this.typeOf(e.operand) : new Compiler(this.scope).operand(e.operand).type;
        this.code.push(Op.Push, this.sizeFor(type));
        return { type: UINT, in: "stack" };
      }
      case "assign":
        throw new ExpressionError(say.conditionAssigns());
    }
  }

  private register(name: string): Operand {
    const register = PROBE_REGISTERS[name];
    if (register !== undefined) {
      this.code.push(Op.Register, register);
      return { type: UINT, in: "stack" };
    }
    const part = registerPart(name);
    const whole = part === undefined ? undefined : PROBE_REGISTERS[part.register];
    if (part === undefined || whole === undefined) throw new ExpressionError(say.unknownRegister(name));
    this.code.push(Op.Register, whole);
    this.code.push(Op.Push, part.shift);
    this.code.fold(Op.ShrU);
    this.code.push(Op.Push, part.size === 1 ? 0xff : 0xffff);
    this.code.fold(Op.And);
    return { type: UINT, in: "stack" };
  }

  private name(name: string): Operand {
    const found = this.scope.lookup(name);
    if (found === undefined) {
      if (PROBE_REGISTERS[name] !== undefined || registerPart(name) !== undefined) return this.register(name);
      // The name may be a member of the object that a method was called for, or a word that C++ has for a value.
      if (this.scope.lookup("this") !== undefined || CONSTANTS.has(name))
        throw new NotCompilable(say.conditionPlace(name));
      throw new ExpressionError(say.unknownName(name));
    }
    const { type, place } = found;
    switch (place?.kind) {
      case undefined:
        throw new NotCompilable(say.conditionPlace(name));
      case "constant":
        this.code.push(Op.Push, place.value | 0);
        return { type, in: "stack" };
      case "register":
        this.code.push(Op.Register, fromDwarf(place.register));
        this.narrow(type);
        return { type, in: "stack" };
      case "memory":
        this.code.push(Op.Push, place.offset | 0);
        if (place.base !== undefined) {
          this.code.push(Op.Register, fromDwarf(place.base));
          this.code.fold(Op.Add);
        }
        return { type, in: "address" };
    }
  }

  /** Cuts a word on the stack to a type of 1 or 2 bytes, as a cast does. */
  private narrow(type: Type): void {
    if (isFloat(type) || strip(type).kind === "reference") throw new NotCompilable(say.conditionWide());
    const size = sizeOf(type);
    if (size === undefined || signedness(type) === undefined) throw new ExpressionError(say.notNumber(typeName(type)));
    if (size > 4) throw new NotCompilable(say.conditionWide());
    const bare = strip(type);
    if (bare.kind === "base" && bare.encoding === "boolean") {
      this.code.emit(Op.Not, Op.Not);
    } else if (size < 4) {
      this.code.push(Op.Push, 32 - 8 * size);
      this.code.fold(Op.Shl);
      this.code.push(Op.Push, 32 - 8 * size);
      this.code.fold(signedness(type) === true ? Op.ShrS : Op.ShrU);
    }
  }

  private unary(e: Extract<Expression, { kind: "unary" }>): Operand {
    switch (e.op) {
      case "*": {
        const type = this.word(e.operand);
        const target = elementOf(type);
        if (target === undefined) throw new ExpressionError(say.notPointer(typeName(type)));
        return { type: target, in: "address" };
      }
      case "&": {
        const operand = this.operand(e.operand);
        if (operand.in !== "address" || operand.bits !== undefined) throw new ExpressionError(say.noAddress());
        return { type: pointerTo(operand.type), in: "stack" };
      }
      case "!":
        this.word(e.operand);
        this.code.emit(Op.Not);
        return { type: INT, in: "stack" };
      default: {
        const type = this.word(e.operand);
        if (isPointer(type)) throw new ExpressionError(say.notNumber(typeName(type)));
        if (e.op !== "+") this.code.emit(e.op === "-" ? Op.Negate : Op.Invert);
        return { type, in: "stack" };
      }
    }
  }

  private binary(e: Extract<Expression, { kind: "binary" }>): Type {
    if (e.op === "&&" || e.op === "||") return this.shortCircuit(e);
    const left = this.word(e.left);
    const leftElement = elementOf(left);
    const arithmeticOnPointer = leftElement !== undefined && (e.op === "+" || e.op === "-");
    const right = this.word(e.right);
    if (arithmeticOnPointer && elementOf(right) === undefined) {
      this.scale(leftElement);
      this.code.fold(e.op === "+" ? Op.Add : Op.Sub);
      return pointerTo(leftElement);
    }
    const isComparison = COMPARISONS.has(e.op);
    if ((leftElement !== undefined || elementOf(right) !== undefined) && !isComparison) {
      throw new ExpressionError(say.badOperands(e.op, typeName(left), typeName(right)));
    }
    const leftUnsigned = signedness(left) === false;
    const shift = e.op === "<<" || e.op === ">>";
    const unsigned = leftUnsigned || (!shift && signedness(right) === false);
    this.operator(e.op, unsigned);
    return isComparison ? INT : unsigned ? UINT : INT;
  }

  private operator(op: BinaryOp, unsigned: boolean): void {
    switch (op) {
      case ">":
      case ">=":
        // a > b is !(a <= b).
        this.code.fold(op === ">" ? (unsigned ? Op.LeU : Op.LeS) : unsigned ? Op.LtU : Op.LtS);
        this.code.emit(Op.Not);
        return;
      case "<":
        return this.code.fold(unsigned ? Op.LtU : Op.LtS);
      case "<=":
        return this.code.fold(unsigned ? Op.LeU : Op.LeS);
      case "/":
        return this.code.fold(unsigned ? Op.DivU : Op.DivS);
      case "%":
        return this.code.fold(unsigned ? Op.RemU : Op.RemS);
      case ">>":
        return this.code.fold(unsigned ? Op.ShrU : Op.ShrS);
      default:
        return this.code.fold(PLAIN_OPS[op] ?? Op.Add);
    }
  }

  private shortCircuit(e: Extract<Expression, { kind: "binary" }>): Type {
    const { code } = this;
    this.word(e.left);
    const decided = code.branch(e.op === "&&" ? Op.JumpIfZero : Op.JumpIfNotZero);
    this.word(e.right);
    code.emit(Op.Not, Op.Not);
    const end = code.leave(Op.Jump);
    code.land(decided);
    code.emit(Op.Push, e.op === "&&" ? 0 : 1);
    code.land(end);
    return INT;
  }

  private choice(e: Extract<Expression, { kind: "conditional" }>): Operand {
    const { code } = this;
    this.word(e.condition);
    const otherwise = code.branch(Op.JumpIfZero);
    const yes = this.word(e.yes);
    const end = code.leave(Op.Jump);
    code.forget();
    code.land(otherwise);
    const no = this.word(e.no);
    code.land(end);
    const unsigned = signedness(yes) === false || signedness(no) === false;
    return { type: elementOf(yes) !== undefined ? yes : unsigned ? UINT : INT, in: "stack" };
  }

  private member(e: Extract<Expression, { kind: "member" }>): Operand {
    let object = this.operand(e.object);
    if (e.arrow || isPointer(object.type)) {
      const pointer = this.load(object);
      const target = elementOf(pointer);
      if (target === undefined) throw new ExpressionError(say.notPointer(typeName(pointer)));
      object = { type: target, in: "address" };
    }
    const bare = strip(object.type);
    if (bare.kind === "reference") throw new NotCompilable(say.conditionWide());
    if (!isStruct(bare)) throw new ExpressionError(say.noMembers(typeName(object.type)));
    const found = memberNamed(bare, e.name);
    const mayBeInherited =
      bare.variants !== undefined || flatMembers(bare).some(({ member }) => member.virtualBase !== undefined);
    if (found === undefined && mayBeInherited) throw new NotCompilable(say.conditionWide());
    if (found === undefined) throw new ExpressionError(say.unknownMember(typeName(object.type), e.name));
    this.offset(found.offset);
    return { type: found.member.type, in: "address", bits: found.member.bits };
  }

  private index(e: Extract<Expression, { kind: "index" }>): Operand {
    const object = this.word(e.object);
    const element = elementOf(object);
    if (element === undefined) throw new ExpressionError(say.notIndexable(typeName(object)));
    this.word(e.index);
    this.scale(element);
    this.code.fold(Op.Add);
    return { type: element, in: "address" };
  }

  private scale(element: Type): void {
    this.code.push(Op.Push, this.sizeFor(element));
    this.code.fold(Op.Mul);
  }

  private offset(bytes: number): void {
    if (bytes === 0) return;
    this.code.push(Op.Push, bytes);
    this.code.fold(Op.Add);
  }

  private typeOf(name: Extract<Expression, { kind: "cast" }>["type"]): Type {
    const type = resolveType(name, (wanted) => this.scope.typeNamed(wanted));
    if (type === undefined) throw new ExpressionError(say.unknownType([name.tag, name.name].filter(Boolean).join(" ")));
    return type;
  }

  private sizeFor(type: Type): number {
    if (strip(type).kind === "void") return 1;
    const size = sizeOf(type);
    if (size === undefined) throw new ExpressionError(say.incomplete(typeName(type)));
    return size;
  }
}

const CONSTANTS = new Set(["true", "false", "nullptr"]);

const COMPARISONS = new Set<BinaryOp>(["==", "!=", "<", "<=", ">", ">="]);

const PLAIN_OPS: Partial<Record<BinaryOp, Op>> = {
  "+": Op.Add,
  "-": Op.Sub,
  "*": Op.Mul,
  "&": Op.And,
  "|": Op.Or,
  "^": Op.Xor,
  "<<": Op.Shl,
  "==": Op.Eq,
  "!=": Op.Ne,
};
