import { Code, Decoder as Iced, DecoderOptions, FlowControl } from "iced-x86";
import { describe, expect, it } from "vitest";
import { flowOf, nextAfter, type InstructionFlow } from "../../../../emulator/index";

describe("flowOf", () => {
  it.each<[string, number[], InstructionFlow | undefined]>([
    ["a call", [0xe8, 0, 0, 0, 0], { length: 5, flow: "call" }],
    ["an indirect call", [0xff, 0xd0], { length: 2, flow: "call" }],
    ["a far call", [0x9a, 0, 0, 0, 0, 8, 0], { length: 7, flow: "call" }],
    ["a software interrupt", [0xcd, 0x82], { length: 2, flow: "interrupt" }],
    ["a return", [0xc3], { length: 1, flow: "return" }],
    ["iret", [0xcf], { length: 1, flow: "return" }],
    ["a jump", [0xeb, 0], { length: 2, flow: "jump" }],
    ["a string instruction that repeats", [0xf3, 0xa4], { length: 2, flow: "repeat" }],
    ["one that does not", [0xa4], { length: 1, flow: "next" }],
    ["anything else", [0x90], { length: 1, flow: "next" }],
    ["no instruction", [0x0f, 0xff], undefined],
    ["bytes that end too early", [0xe8, 0], undefined],
    ["no bytes", [], undefined],
  ])("tells %s", (_, bytes, expected) => {
    expect(flowOf(Uint8Array.from(bytes), true)).toEqual(expected);
  });

  it("decodes by the code segment's width", () => {
    expect(flowOf(Uint8Array.of(0xb8, 1, 2, 3, 4), true)?.length).toBe(5);
    expect(flowOf(Uint8Array.of(0xb8, 1, 2, 3, 4), false)?.length).toBe(3);
  });

  it("agrees with iced-x86 wherever the processor knows the instruction", () => {
    let compared = 0;
    for (const bytes of someCode()) {
      for (const bitness of [16, 32] as const) {
        const flow = flowOf(bytes, bitness === 32);
        if (flow === undefined) continue;
        expect([bitness, [...bytes], flow]).toEqual([bitness, [...bytes], icedFlow(bytes, bitness)]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });
});

describe("nextAfter", () => {
  it.each([
    ["a jump", [0xeb, 0x10], { length: 2, goesOn: false, target: 0x1012 }],
    ["a jump back", [0xeb, 0xfe], { length: 2, goesOn: false, target: 0x1000 }],
    ["a conditional jump", [0x0f, 0x84, 0, 1, 0, 0], { length: 6, goesOn: true, target: 0x1106 }],
    ["a loop", [0xe2, 0xfc], { length: 2, goesOn: true, target: 0xffe }],
    ["an indirect jump", [0xff, 0xe0], { length: 2, goesOn: false, target: undefined }],
    ["a call", [0xe8, 0, 0, 0, 0], { length: 5, goesOn: true, target: undefined }],
    ["an interrupt", [0xcd, 0x80], { length: 2, goesOn: true, target: undefined }],
    ["iret", [0xcf], { length: 1, goesOn: false, target: undefined }],
    ["anything else", [0x60], { length: 1, goesOn: true, target: undefined }],
  ])("follows %s", (_, bytes, expected) => {
    expect(nextAfter(Uint8Array.from([...bytes, ...new Array<number>(15).fill(0)]), 0x1000, true)).toEqual(expected);
  });
});

/** Each opcode of one and two bytes with a few ModRM bytes, plain and repeated. */
function* someCode(): Generator<Uint8Array> {
  for (const prefix of [[], [0xf3], [0x66]]) {
    for (let opcode = 0; opcode < 512; opcode++) {
      const head = opcode < 256 ? [opcode] : [0x0f, opcode & 255];
      for (const modrm of [0x00, 0x05, 0x44, 0xd0, 0xd8, 0x2c])
        yield Uint8Array.of(...prefix, ...head, modrm, 0x24, 1, 2, 3, 4, 5, 6, 7, 8);
    }
  }
}

const FLOWS: Partial<Record<FlowControl, InstructionFlow["flow"]>> = {
  [FlowControl.Next]: "next",
  [FlowControl.Call]: "call",
  [FlowControl.IndirectCall]: "call",
  [FlowControl.Interrupt]: "interrupt",
  [FlowControl.Return]: "return",
};

function icedFlow(bytes: Uint8Array, bitness: 16 | 32): InstructionFlow | undefined {
  const decoder = new Iced(bitness, bytes, DecoderOptions.None);
  const instruction = decoder.decode();
  try {
    if (instruction.code === Code.INVALID) return undefined;
    const repeats = instruction.isStringInstruction && (instruction.hasRepPrefix || instruction.hasRepnePrefix);
    return { length: instruction.length, flow: repeats ? "repeat" : (FLOWS[instruction.flowControl] ?? "jump") };
  } finally {
    instruction.free();
    decoder.free();
  }
}
