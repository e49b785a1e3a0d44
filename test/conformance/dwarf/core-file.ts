/**
 * ELF core files: the state in which gdb and our reader look at an image that
 * cannot run on the host. Each thread is a register state of its own in the same memory.
 */

export interface CoreThread {
  /** By the names of the i386 registers; those left out are 0. */
  readonly registers: Readonly<Record<string, number>>;
}

export interface CoreMemory {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const HEADER = 52;
const PROGRAM_HEADER = 32;
const ET_CORE = 4;
const PT_LOAD = 1;
const PT_NOTE = 4;
const NT_PRSTATUS = 1;
/** struct elf_prstatus of Linux on i386: pr_pid at 24, pr_reg at 72. */
const PRSTATUS_SIZE = 144;
const REGISTERS = "ebx ecx edx esi edi ebp eax ds es fs gs orig_eax eip cs eflags esp ss".split(" ");
/** The first thread's process id; the others follow. */
export const FIRST_THREAD = 1000;

/** The core file's bytes. */
export function coreFile(threads: readonly CoreThread[], memory: readonly CoreMemory[]): Uint8Array {
  const notes = Buffer.concat(threads.map((thread, index) => prstatus(thread, FIRST_THREAD + index)));
  const count = memory.length + 1;
  let offset = HEADER + count * PROGRAM_HEADER;
  const headers = [programHeader(PT_NOTE, offset, 0, notes.length)];
  offset += notes.length;
  for (const { address, bytes } of memory) {
    headers.push(programHeader(PT_LOAD, offset, address, bytes.length));
    offset += bytes.length;
  }
  return Buffer.concat([elfHeader(count), ...headers, notes, ...memory.map((m) => m.bytes)]);
}

function elfHeader(programHeaders: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  header.writeUInt16LE(ET_CORE, 16);
  header.writeUInt16LE(3, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(HEADER, 28);
  header.writeUInt16LE(HEADER, 40);
  header.writeUInt16LE(PROGRAM_HEADER, 42);
  header.writeUInt16LE(programHeaders, 44);
  return header;
}

function programHeader(type: number, offset: number, address: number, size: number): Buffer {
  const header = Buffer.alloc(PROGRAM_HEADER);
  [type, offset, address, 0, size, size, 7, 1].forEach((word, i) => header.writeUInt32LE(word, 4 * i));
  return header;
}

function prstatus(thread: CoreThread, pid: number): Buffer {
  const note = Buffer.alloc(12 + 8 + PRSTATUS_SIZE);
  note.writeUInt32LE(5, 0);
  note.writeUInt32LE(PRSTATUS_SIZE, 4);
  note.writeUInt32LE(NT_PRSTATUS, 8);
  note.write("CORE\0", 12, "latin1");
  note.writeUInt32LE(pid, 20 + 24);
  REGISTERS.forEach((name, i) => note.writeUInt32LE((thread.registers[name] ?? 0) >>> 0, 20 + 72 + 4 * i));
  return note;
}
