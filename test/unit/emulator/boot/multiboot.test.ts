import { describe, expect, it } from "vitest";
import { MachineError } from "../../../../emulator/boot/machine-error";
import { loadMultiboot, type ModuleFile } from "../../../../emulator/boot/multiboot";
import { elfImage, flatImage, multibootHeader, patched } from "./image";

const MIB = 1 << 20;

interface Loaded {
  ram: Uint8Array;
  entry: number;
  info: number;
  stack: number;
  gdt: { base: number; limit: number };
  word(at: number): number;
  string(at: number): string;
}

function load(kernel: Uint8Array, commandLine = "", modules: ModuleFile[] = [], memory = 4 * MIB): Loaded {
  const ram = new Uint8Array(memory).fill(0xcc);
  const view = new DataView(ram.buffer);
  const result = loadMultiboot(ram, kernel, commandLine, modules);
  const string = (at: number): string => {
    const bytes = ram.subarray(at, ram.indexOf(0, at));
    return new TextDecoder().decode(bytes);
  };
  return { ram, ...result, word: (at) => view.getUint32(at, true), string };
}

/** Code and data of the refusal. */
function refusal(kernel: Uint8Array, modules: ModuleFile[] = [], memory?: number): [string, unknown] {
  try {
    load(kernel, "", modules, memory);
  } catch (error) {
    if (error instanceof MachineError) return [error.code, error.data];
    throw error;
  }
  throw new Error("the image was accepted");
}

const plain = elfImage([{ physical: MIB, bytes: [1, 2, 3, 4], memoryBytes: 8 }], MIB + 2);

describe("multiboot ELF images", () => {
  it("are placed at their physical addresses with bss cleared", () => {
    const { ram, entry } = load(plain);
    expect([...ram.subarray(MIB, MIB + 9)]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0xcc]);
    expect(entry).toBe(MIB + 2);
  });

  it("may have a virtual entry point, which is translated by its segment", () => {
    const high = { virtual: 0xf6900000, physical: MIB, bytes: [1, 2, 3, 4] };
    expect(load(elfImage([high], 0xf6900003)).entry).toBe(MIB + 3);
  });

  it("keep a physical entry point even when another segment holds it virtually", () => {
    const first = { virtual: MIB, physical: 2 * MIB, bytes: [1, 2] };
    const second = { virtual: 0xc0000000, physical: MIB, bytes: [3, 4] };
    expect(load(elfImage([first, second], MIB)).entry).toBe(MIB);
  });

  it("load nothing but PT_LOAD segments", () => {
    const note = { physical: 2 * MIB, bytes: [9, 9], type: 4 };
    const { ram } = load(elfImage([{ physical: MIB, bytes: [1] }, note], MIB));
    expect(ram[2 * MIB]).toBe(0xcc);
  });
});

describe("multiboot images with load addresses", () => {
  const at = MIB;
  const code = [0x90, 0x90, 0xf4];
  const size = 32 + code.length;

  it("are placed as the header says", () => {
    const { ram, entry } = load(flatImage(code, [at, at, at + size, at + size + 4, at + 32]));
    expect([...ram.subarray(at + 32, at + size + 5)]).toEqual([...code, 0, 0, 0, 0, 0xcc]);
    expect(entry).toBe(at + 32);
  });

  it("extend to the end of the file and have no bss when the ends are 0", () => {
    const { ram } = load(flatImage(code, [at, at, 0, 0, at + 32]));
    expect([...ram.subarray(at + 32, at + size + 1)]).toEqual([...code, 0xcc]);
  });

  it("take the addresses of an ELF file's header before its program headers", () => {
    const header = multibootHeader(0x10003, [MIB + 0x400, MIB, 0, 0, MIB + 0x1000]);
    const image = elfImage([{ physical: 2 * MIB, bytes: [7] }], 2 * MIB, header);
    const { ram, entry } = load(image);
    expect([ram[MIB + 0x1000], entry]).toEqual([7, MIB + 0x1000]);
  });

  it.each([
    ["header_addr", [at - 4, at, 0, 0, at]],
    ["load_end_addr", [at, at, at - 1, 0, at]],
    ["bss_end_addr", [at, at, 0, at + 1, at]],
  ])("are refused when %s contradicts the others", (field, fields) => {
    expect(refusal(flatImage(code, fields))).toEqual(["image-bad-addresses", { field }]);
  });

  it("are refused when the file is shorter than the header says", () => {
    const image = flatImage(code, [at, at, at + 100, 0, at]);
    expect(refusal(image)).toEqual(["image-truncated", { needed: 100, size }]);
  });

  it("are refused when the entry point lies outside", () => {
    expect(refusal(flatImage(code, [at, at, 0, 0, at + size]))).toEqual(["image-bad-entry", { entry: at + size }]);
  });
});

describe("refused images", () => {
  it("that are no ELF file", () => {
    expect(refusal(new TextEncoder().encode("int main(void) { return 0; }"))).toEqual(["image-not-elf", {}]);
    expect(refusal(new Uint8Array(0))).toEqual(["image-not-elf", {}]);
  });

  it("that are 64-bit, with or without a multiboot header", () => {
    expect(refusal(patched(plain, 4, 2))[0]).toBe("image-64-bit");
    expect(refusal(patched(plain.slice(0, 0x400), 4, 2))[0]).toBe("image-64-bit");
  });

  it("that are for another processor or byte order", () => {
    expect(refusal(patched(plain, 18, 40))).toEqual(["image-not-ia32", { machine: 40, class: 1, encoding: 1 }]);
    expect(refusal(patched(plain, 5, 2))[0]).toBe("image-not-ia32");
  });

  it("without a multiboot header, or with a wrong checksum", () => {
    expect(refusal(elfImage([{ physical: MIB, bytes: [1] }], MIB, []))).toEqual(["image-no-multiboot", {}]);
    expect(refusal(patched(plain, 0x408, 0))[0]).toBe("image-no-multiboot");
  });

  it("with a header beyond the first 8192 bytes", () => {
    const late = new Uint8Array(3 * 8192);
    late.set(elfImage([{ physical: MIB, bytes: [1] }], MIB, []));
    late.set(multibootHeader(3), 8192);
    expect(refusal(late)[0]).toBe("image-no-multiboot");
  });

  it("cut short in a segment, in the program headers, in the header", () => {
    expect(refusal(plain.slice(0, 0x1002))).toEqual(["image-truncated", { needed: 0x1004, size: 0x1002 }]);
    expect(refusal(plain.slice(0, 60))).toEqual(["image-truncated", { needed: 84, size: 60 }]);
    expect(refusal(plain.slice(0, 40))).toEqual(["image-truncated", { needed: 52, size: 40 }]);
  });

  it("whose entry point lies in no segment", () => {
    expect(refusal(elfImage([{ physical: MIB, bytes: [1] }], 0x1234))).toEqual(["image-bad-entry", { entry: 0x1234 }]);
  });

  it("that ask for header features nobody knows", () => {
    const image = elfImage([{ physical: MIB, bytes: [1] }], MIB, multibootHeader(0x13));
    expect(refusal(image)).toEqual(["image-unsupported-flags", { flags: 0x10 }]);
  });

  it("that do not fit, alone or with a module, and then nothing is written", () => {
    const far = elfImage([{ physical: 8 * MIB, bytes: [1] }], 8 * MIB);
    expect(refusal(far)).toEqual(["image-too-large", { needed: 8 * MIB + 1, memory: 4 * MIB }]);
    const module = { bytes: new Uint8Array(3 * MIB), commandLine: "" };
    const small = { bytes: new Uint8Array(1), commandLine: "" };
    expect(refusal(plain, [small, module])).toEqual([
      "image-too-large",
      { needed: expect.any(Number) as number, memory: 4 * MIB, module: 1 },
    ]);
    const ram = new Uint8Array(4 * MIB);
    expect(() => loadMultiboot(ram, plain, "", [module])).toThrow(MachineError);
    expect(ram.every((byte) => byte === 0)).toBe(true);
  });
});

describe("boot information", () => {
  const modules = [
    { bytes: Uint8Array.of(0xaa, 0xbb), commandLine: "hello.elf quiet" },
    { bytes: new Uint8Array(5000).fill(0x11), commandLine: "" },
  ];
  const { ram, info, word, string } = load(plain, "kernel.elf verbose=1 ü", modules);

  it("announces memory sizes, command line, modules, memory map and loader name", () => {
    expect(word(info)).toBe((1 << 0) | (1 << 2) | (1 << 3) | (1 << 6) | (1 << 9));
  });

  it("gives lower and upper memory in KiB", () => {
    expect([word(info + 4), word(info + 8)]).toEqual([639, 3072]);
  });

  it("gives the command line in UTF-8", () => {
    expect(string(word(info + 16))).toBe("kernel.elf verbose=1 ü");
  });

  it("gives the loader's name", () => {
    expect(string(word(info + 64))).toBe("ringscope");
  });

  it("places modules on page boundaries above the kernel, each with its string", () => {
    const list = word(info + 24);
    expect(word(info + 20)).toBe(2);
    const [start, end, line] = [word(list), word(list + 4), word(list + 8)];
    expect([start, end, string(line)]).toEqual([MIB + 0x1000, MIB + 0x1002, "hello.elf quiet"]);
    expect([ram[start], ram[start + 1]]).toEqual([0xaa, 0xbb]);
    expect([word(list + 16), word(list + 20), string(word(list + 24))]).toEqual([
      MIB + 0x2000,
      MIB + 0x2000 + 5000,
      "",
    ]);
  });

  it("maps conventional memory and what lies above 1 MiB as RAM, the extended BIOS data area as reserved", () => {
    const map = word(info + 48);
    const entries = [0, 24, 48].map((at) => [at, 4, 12, 20].map((field, i) => word(map + (i === 0 ? at : at + field))));
    expect(word(info + 44)).toBe(72);
    expect(entries).toEqual([
      [20, 0, 0x9fc00, 1],
      [20, 0x9fc00, 0x400, 2],
      [20, MIB, 3 * MIB, 1],
    ]);
  });

  it("lies in conventional memory, or above the modules when the kernel is there", () => {
    expect(info).toBeLessThan(0x9fc00);
    const low = elfImage([{ physical: 0x90000, bytes: [1], memoryBytes: 0x10000 }], 0x90000);
    expect(load(low).info).toBe(MIB);
  });
});

describe("what firmware and loader leave below 1 MiB", () => {
  const { ram, word, stack, gdt } = load(plain);
  const half = (at: number): number => word(at) & 0xffff;

  it("is a BIOS data area with 639 KiB, the EBDA's segment, and two serial ports", () => {
    expect([half(0x413), half(0x40e)]).toEqual([639, 0x9fc0]);
    expect([(half(0x410) >> 9) & 7, half(0x400), half(0x402)]).toEqual([2, 0x3f8, 0x2f8]);
    expect(ram[0x9fc00]).toBe(1);
  });

  it("is a stack with room above the BIOS data area, aligned", () => {
    expect(stack - 0x500).toBeGreaterThan(16 << 10);
    expect(stack % 16).toBe(0);
  });

  it("is a GDT, outside of what the memory map gives away, with flat code at 8 and flat data at 0x10", () => {
    const entries = [8, 16].map((selector) => [word(gdt.base + selector), word(gdt.base + selector + 4)]);
    expect(entries).toEqual([
      [0xffff, 0xcf9b00],
      [0xffff, 0xcf9300],
    ]);
    expect([gdt.limit, gdt.base >= 0xa0000, gdt.base < MIB]).toEqual([23, true, true]);
  });

  it("gives way to a kernel that lies there", () => {
    const low = elfImage([{ physical: 0x400, bytes: [1, 2, 3, 4], memoryBytes: 0x100 }], 0x400);
    expect(load(low).ram[0x413]).toBe(0);
  });
});
