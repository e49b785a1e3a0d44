import type { ByteReader } from "../bytes";
import { joinPath } from "../source-paths";
import { Lne, Lns } from "./constants";
import type { LineHeader } from "./line-header";

/** One row of the line table as the program emits it. */
export interface RawRow {
  address: number;
  /** Index into the header's files. */
  file: number;
  line: number;
  column: number;
  isStmt: boolean;
  prologueEnd: boolean;
}

/** Rows of ascending addresses for the code [low, high). */
export interface Sequence {
  readonly low: number;
  readonly high: number;
  readonly rows: readonly RawRow[];
}

/**
 * Runs a line program (DWARF 5, 6.2.5). @returns its sequences, ascending
 * Code that the linker has removed keeps its rows, at addresses where nothing `isLoaded`.
 * @param budget the number of rows that may still be made; the program's rows are taken from it
 * @throws SymbolError dwarf-corrupt
 */
export function runLineProgram(
  header: LineHeader,
  isLoaded: (address: number) => boolean,
  budget: { rows: number },
): Sequence[] {
  const sequences = new LineMachine(header, budget).run();
  return sequences.filter((s) => s.high > s.low && isLoaded(s.low)).sort((a, b) => a.low - b.low);
}

/** The line-number state machine (DWARF 5, 6.2.2). Discriminators, ISA and epilogues are not used here. */
class LineMachine {
  private readonly sequences: Sequence[] = [];
  private rows: RawRow[] = [];
  private address = 0;
  private file = 1;
  private line = 1;
  private column = 0;
  private isStmt: boolean;
  private prologueEnd = false;
  /** Address of the last row that began a statement. */
  private statementAt = -1;

  constructor(
    private readonly header: LineHeader,
    private readonly budget: { rows: number },
  ) {
    this.isStmt = header.defaultIsStmt;
  }

  run(): Sequence[] {
    const { program, opcodeBase } = this.header;
    while (!program.done) {
      const opcode = program.u8();
      if (opcode >= opcodeBase) this.special(opcode);
      else if (opcode === Lns.Extended) this.extended(program);
      else this.standard(opcode, program);
    }
    return this.sequences;
  }

  private reset(): void {
    this.rows = [];
    this.address = 0;
    this.file = 1;
    this.line = 1;
    this.column = 0;
    this.isStmt = this.header.defaultIsStmt;
    this.prologueEnd = false;
    this.statementAt = -1;
  }

  private advance(operation: number): void {
    this.address = (this.address + operation * this.header.minimumInstructionLength) >>> 0;
  }

  /**
   * Leaves out two kinds of rows, as gdb does. Line 0, which is code of no particular line, counts as part of the line
   * before. A row of another file that is not a statement would hide the statement that begins at the same address.
   */
  private emit(): void {
    const { address, file, line, column, isStmt, prologueEnd } = this;
    this.prologueEnd = false;
    const last = this.rows.at(-1);
    const hides = last?.address === address && last.file !== file && !isStmt && this.statementAt === address;
    if (line === 0 || hides) return;
    if (isStmt) this.statementAt = address;
    if (--this.budget.rows < 0) throw this.header.program.corrupt("line programs with too many rows");
    this.rows.push({ address, file, line, column, isStmt, prologueEnd });
  }

  /** An opcode that advances address and line at once and emits a row (DWARF 5, 6.2.5.1). */
  private special(opcode: number): void {
    const { opcodeBase, lineBase, lineRange } = this.header;
    const adjusted = opcode - opcodeBase;
    this.advance(Math.floor(adjusted / lineRange));
    this.line += lineBase + (adjusted % lineRange);
    this.emit();
  }

  private standard(opcode: Lns, program: ByteReader): void {
    switch (opcode) {
      case Lns.Copy:
        this.emit();
        break;
      case Lns.AdvancePc:
        this.advance(program.uleb());
        break;
      case Lns.AdvanceLine:
        this.line += program.sleb();
        break;
      case Lns.SetFile:
        this.file = program.uleb();
        break;
      case Lns.SetColumn:
        this.column = program.uleb();
        break;
      case Lns.NegateStmt:
        this.isStmt = !this.isStmt;
        break;
      case Lns.ConstAddPc:
        this.advance(Math.floor((255 - this.header.opcodeBase) / this.header.lineRange));
        break;
      case Lns.FixedAdvancePc:
        this.address = (this.address + program.u16()) >>> 0;
        break;
      case Lns.SetPrologueEnd:
        this.prologueEnd = true;
        break;
      default: {
        const operands = this.header.operandCounts[opcode - 1] ?? 0;
        for (let i = 0; i < operands; i++) program.uleb();
      }
    }
  }

  private extended(program: ByteReader): void {
    const length = program.uleb();
    const end = program.at + length;
    if (length === 0) return;
    const opcode: Lne = program.u8();
    if (opcode === Lne.EndSequence) this.endSequence();
    else if (opcode === Lne.SetAddress) this.address = program.unsigned(length - 1);
    else if (opcode === Lne.DefineFile) this.defineFile(program);
    if (end < program.at) throw program.corrupt("extended opcode longer than its length");
    program.skip(end - program.at);
  }

  private defineFile(program: ByteReader): void {
    const { files, directories } = this.header;
    const name = program.cstring();
    files.push(joinPath(directories[program.uleb()] ?? "", name));
  }

  private endSequence(): void {
    const first = this.rows[0];
    if (first) this.sequences.push({ low: first.address, high: this.address, rows: this.rows });
    this.reset();
  }
}
