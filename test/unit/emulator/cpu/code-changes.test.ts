import { describe, expect, it } from "vitest";
import { Cr4, Gpr } from "../../../../emulator/base/arch";
import { S } from "../../../../emulator/base/layout";
import { CpuStop } from "../../../../emulator/cpu/cpu";
import { CODE, CodeBench } from "./code-bench";

/** Stores to code, remapped code, and instructions across page ends. */
describe("code that changes", () => {
  it("is seen by the very next instruction after a store to it", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xc6, 0x05, 0x08, 0x10, 0x00, 0x00, 42, // mov byte [CODE + 8], 42
      0xb0, 7, // mov al, 7: becomes mov al, 42
      0xf4,
    );
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(42);
  });

  it("is seen when a loop patches its own body in each round", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb9, 100, 0, 0, 0, // mov ecx, 100
      0x88, 0x0d, 0x0c, 0x10, 0x00, 0x00, // mov [CODE + 12], cl
      0xb3, 0, // mov bl, imm8 at CODE + 12
      0x0f, 0xb6, 0xdb, // movzx ebx, bl
      0x01, 0xd8, // add eax, ebx
      0x49, // dec ecx
      0x75, 0xf0, // jnz -16 -> CODE + 5
      0xf4,
    );
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(5050);
  });

  it("is seen when a call's own push overwrites what follows at the target", () => {
    const bench = new CodeBench();
    // The stack lies in the code: the return address lands on the target's bytes.
    bench.state.setGpr(Gpr.Esp, CODE + 0x24);
    bench.code(0xe8, 0x1b, 0, 0, 0, 0xf4); // call CODE + 0x20; pushed dword = CODE + 5 at CODE + 0x20
    bench.bytes(CODE + 0x20, 0x90, 0x90, 0x90, 0x90, 0xf4);
    // 05 10 00 00 F4 .. = add eax, 0xf4000010 ...
    bench.bytes(CODE + 0x24, 0x12, 0xf4);
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(0x12000010);
  });

  it("is seen through another linear address of the same page", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb0, 1, // mov al, 1
      0xc6, 0x05, 0x01, 0x00, 0x08, 0x00, 9, // mov byte [0x80001], 9: page 0x80 is the code page too
      0x3c, 9, // cmp al, 9
      0x75, 0xf3, // jne CODE
      0xf4,
    );
    bench.page({ 0x80: CODE >> 12 });
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(9);
  });

  it("is run by each linear address with that address's own EIP", () => {
    const bench = new CodeBench().code(0xe8, 0, 0, 0, 0, 0x58, 0xf4); // call +0; pop eax; hlt
    bench.page({ 0x80: CODE >> 12 });
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(CODE + 5);
    bench.state.set(0x4060, 0);
    bench.state.set(0x4024, 0x80000);
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(0x80005);
  });

  it("follows the page tables after INVLPG", () => {
    const bench = new CodeBench();
    // Page 0x80 is first page 0x20 (mov eax, 1; ret), then page 0x21 (mov eax, 2; ret).
    bench.bytes(0x20000, 0xb8, 1, 0, 0, 0, 0xc3);
    bench.bytes(0x21000, 0xb8, 2, 0, 0, 0, 0xc3);
    bench.page({ 0x80: 0x20 });
    // prettier-ignore
    bench.code(
      0xbb, 0x00, 0x00, 0x08, 0x00, // mov ebx, 0x80000
      0xff, 0xd3, // call ebx
      0x89, 0xc6, // mov esi, eax
      0xc7, 0x05, 0x00, 0x12, 0x01, 0x00, 0x07, 0x10, 0x02, 0x00, // mov dword [PTE of page 0x80], 0x21007
      0x0f, 0x01, 0x3b, // invlpg [ebx]
      0xff, 0xd3, // call ebx
      0xf4,
    );
    bench.toHalt();
    expect([bench.gpr(Gpr.Esi), bench.gpr(Gpr.Eax)]).toEqual([1, 2]);
  });

  it.each([false, true])(
    "follows the page tables after INVLPG of another address in a large page, data of it read: %s",
    (isRead) => {
      const bench = new CodeBench();
      bench.state.set(S.Cr4, Cr4.Pse);
      bench.page();
      bench.dword(0x10004, 0x83); // linear 4 MiB is physical 0, in one page
      bench.bytes(0xa000, 0xbb, 1, 0, 0, 0, 0xc3); // mov ebx, 1; ret
      bench.bytes(0xb000, 0xbb, 2, 0, 0, 0, 0xc3); // mov ebx, 2; ret
      for (let n = 0; n < 256; n++) bench.dword(0x12000 + n * 4, ((n === 0xa ? 0xb : n) << 12) | 3);
      // prettier-ignore
      bench.code(
      ...(isRead ? [0xa1, 0, 0xd0, 0x40, 0] : []), // mov eax, [0x40d000]
      0xff, 0xd6, // call esi
      0xc7, 0x05, 4, 0, 1, 0, 3, 0x20, 1, 0, // mov dword [0x10004], 0x12003
      0x0f, 0x01, 0x3d, 0, 0, 0x40, 0, // invlpg [0x400000]
      0xff, 0xd6, // call esi
      0xf4,
    );
      bench.put({ [Gpr.Esi]: 0x40a000 });
      expect(bench.toHalt()).toBeUndefined();
      expect(bench.gpr(Gpr.Ebx)).toBe(2);
    },
  );

  it.each([1, 2, 3, 1000])("goes by the old page tables until INVLPG, in runs of %i instructions too", (count) => {
    const bench = new CodeBench();
    bench.bytes(0x20000, 0xb8, 1, 0, 0, 0, 0xc3, 0xb8, 3, 0, 0, 0, 0xc3);
    bench.bytes(0x21000, 0xb8, 2, 0, 0, 0, 0xc3, 0xb8, 4, 0, 0, 0, 0xc3);
    bench.page({ 0x80: 0x20 });
    // prettier-ignore
    bench.code(
      0xbb, 0x00, 0x00, 0x08, 0x00, // mov ebx, 0x80000
      0xff, 0xd3, // call ebx
      0xc7, 0x05, 0x00, 0x12, 0x01, 0x00, 0x07, 0x10, 0x02, 0x00, // mov dword [PTE of page 0x80], 0x21007
      0xff, 0xd3, // call ebx
      0x89, 0xc6, // mov esi, eax
      0x83, 0xc3, 0x06, // add ebx, 6
      0xff, 0xd3, // call ebx: code that was not decoded before
      0xf4,
    );
    while (bench.run(count) === CpuStop.Count);
    expect([bench.gpr(Gpr.Esi), bench.gpr(Gpr.Eax)]).toEqual([1, 3]);
  });
});

describe("code that runs on into the next page", () => {
  it("goes by the next page's new mapping after an INVLPG", () => {
    const bench = new CodeBench();
    bench.bytes(0x20ffe, 0x90, 0x90);
    bench.bytes(0x21000, 0xb0, 1, 0xc3); // mov al, 1; ret
    bench.bytes(0x21010, 0xc3);
    bench.bytes(0x30000, 0xb0, 2, 0xc3);
    // prettier-ignore
    bench.code(
      0xba, 0x10, 0x10, 0x02, 0x00, // mov edx, 0x21010
      0xff, 0xd2, // call edx: the next page is known before the code that runs into it
      0xbb, 0xfe, 0x0f, 0x02, 0x00, // mov ebx, 0x20ffe
      0xff, 0xd3, // call ebx
      0x89, 0xc6, // mov esi, eax
      0xc7, 0x05, 0x84, 0x10, 0x01, 0x00, 0x07, 0x00, 0x03, 0x00, // PTE of page 0x21 = 0x30007
      0x0f, 0x01, 0x3d, 0x00, 0x10, 0x02, 0x00, // invlpg [0x21000]
      0xff, 0xd3, // call ebx
      0xf4,
    );
    bench.page();
    bench.toHalt();
    expect(bench.gpr(Gpr.Esi)).toBe(1);
    expect(bench.gpr(Gpr.Eax)).toBe(2);
  });
});

describe("a store into a page that holds code", () => {
  it("is done where it hits data between instructions, of any size and alignment", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb9, 3, 0, 0, 0, // mov ecx, 3
      0x01, 0x0d, 0x20, 0x10, 0x00, 0x00, // add [CODE + 0x20], ecx
      0x66, 0x89, 0x0d, 0x27, 0x10, 0x00, 0x00, // mov [CODE + 0x27], cx
      0x49, // dec ecx
      0x75, 0xf0, // jnz CODE + 5
      0xf4,
    );
    bench.toHalt();
    expect([bench.read(CODE + 0x20), bench.read(CODE + 0x26)]).toEqual([6, 0x100]);
  });

  it("finds code that grows where data was", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xbb, 0x40, 0x10, 0, 0, // mov ebx, CODE + 0x40
      0xc6, 0x03, 0x40, // mov byte [ebx], inc eax
      0xc6, 0x43, 0x01, 0xc3, // mov byte [ebx + 1], ret
      0xff, 0xd3, // call ebx
      0xc6, 0x03, 0x48, // mov byte [ebx], dec eax
      0xff, 0xd3, // call ebx
      0xff, 0xd3, // call ebx
      0xf4,
    );
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(0xffffffff);
  });

  it("leads to a longer block where a shorter one was linked", () => {
    // prettier-ignore
    const bench = new CodeBench().code(
      0xb9, 3, 0, 0, 0, // mov ecx, 3
      0xe8, 0x26, 0, 0, 0, // call CODE + 0x30
      0x80, 0x35, 0x30, 0x10, 0, 0, 0x83, // xor byte [CODE + 0x30], 0x83: ret <-> inc eax
      0x49, // dec ecx
      0x75, 0xf1, // jnz CODE + 5
      0xf4,
    );
    bench.bytes(CODE + 0x30, 0xc3, 0x40, 0x40, 0x40, 0x40, 0x40, 0xc3);
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(6);
  });
});

describe("global pages", () => {
  const PGE = 1 << 7;

  /** Calls page 0x80 (mov eax, imm; ret), gives it another frame in the tables, loads CR3, and calls it again. */
  function callsAcrossCr3(rights: number): [number, number] {
    const bench = new CodeBench();
    bench.bytes(0x20000, 0xb8, 1, 0, 0, 0, 0xc3);
    bench.bytes(0x21000, 0xb8, 2, 0, 0, 0, 0xc3);
    bench.page({ 0x80: 0x20 });
    bench.dword(0x11200, 0x20007 | rights);
    bench.state.set(0x405c, PGE);
    // prettier-ignore
    bench.code(
      0xbb, 0x00, 0x00, 0x08, 0x00, // mov ebx, 0x80000
      0xff, 0xd3, // call ebx
      0x89, 0xc6, // mov esi, eax
      0xc7, 0x05, 0x00, 0x12, 0x01, 0x00, 0x07, 0x10, 0x02, 0x00, // mov dword [PTE of page 0x80], 0x21007
      0x0f, 0x20, 0xd9, // mov ecx, cr3
      0x0f, 0x22, 0xd9, // mov cr3, ecx
      0xff, 0xd3, // call ebx
      0xf4,
    );
    bench.toHalt();
    return [bench.gpr(Gpr.Esi), bench.gpr(Gpr.Eax)];
  }

  it("of code stay through a load of CR3", () => {
    expect(callsAcrossCr3(0x100)).toEqual([1, 1]);
  });

  it("are told from others", () => {
    expect(callsAcrossCr3(0)).toEqual([1, 2]);
  });
});

describe("an instruction across a page end", () => {
  const STRADDLING = 0x20ffd;

  function straddling(): CodeBench {
    const bench = new CodeBench();
    bench.bytes(STRADDLING, 0xb8, 0x11, 0x22, 0x33, 0x44, 0xc3); // mov eax, 0x44332211; ret
    bench.bytes(0x30000, 0x55, 0x66, 0xc3);
    // prettier-ignore
    bench.code(
      0xbb, 0xfd, 0x0f, 0x02, 0x00, // mov ebx, STRADDLING
      0xff, 0xd3, // call ebx
      0x89, 0xc6, // mov esi, eax
      0xc7, 0x05, 0x84, 0x10, 0x01, 0x00, 0x07, 0x00, 0x03, 0x00, // PTE of page 0x21 = 0x30007
      0x0f, 0x20, 0xd9, // mov ecx, cr3
      0x0f, 0x22, 0xd9, // mov cr3, ecx
      0xff, 0xd3, // call ebx
      0xf4,
    );
    return bench;
  }

  it("is decoded from both pages", () => {
    const bench = straddling();
    bench.toHalt();
    expect(bench.gpr(Gpr.Esi)).toBe(0x44332211);
  });

  it("is decoded anew when its second page is mapped elsewhere", () => {
    const bench = straddling();
    bench.page();
    bench.toHalt();
    expect(bench.gpr(Gpr.Esi)).toBe(0x44332211);
    expect(bench.gpr(Gpr.Eax)).toBe(0x66552211);
  });

  it("is decoded anew when its second page is written to", () => {
    const bench = straddling();
    // prettier-ignore
    bench.code(
      0xbb, 0xfd, 0x0f, 0x02, 0x00, // mov ebx, STRADDLING
      0xff, 0xd3, // call ebx
      0xc6, 0x05, 0x01, 0x10, 0x02, 0x00, 0x99, // mov byte [0x21001], 0x99: the immediate's last byte
      0xff, 0xd3, // call ebx
      0xf4,
    );
    bench.toHalt();
    expect(bench.gpr(Gpr.Eax)).toBe(0x99332211);
  });

  it("faults at the second page's address when that is not present, with its own EIP", () => {
    const bench = straddling();
    bench.page();
    bench.dword(0x11084, 0);
    const vector = bench.toHalt();
    expect(vector).toBe(14);
    expect(bench.state.get(0x4054)).toBe(0x21000);
    expect(bench.read(bench.gpr(Gpr.Esp) + 4)).toBe(STRADDLING);
  });
});
