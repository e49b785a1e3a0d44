import { describe, expect, it } from "vitest";
import type { Condition, Engine, Stop, WatchAccess } from "../../../../emulator/index";
import { Code, descriptorTables, machineWith, START } from "./guest-code";

const WORD = 0x200100;
const hits = (stop: Stop) => (stop.kind === "watchpoint" ? stop.hits : []);

describe.each<Engine>(["interpreter", "compiled"])("watchpoints, %s", (engine) => {
  /** mov ebx, WORD - 16; then in a loop: inc eax; mov [ebx+16], eax; add ecx, [ebx+16]; push ecx; pop edx; jmp back. */
  const loop = () => {
    const code = new Code()
      .hex("bb")
      .dword(WORD - 16)
      .hex("bc00001100 b800000000")
      .hex("40 894310 034b10 51 5a ebf5");
    const machine = machineWith(code, { engine });
    machine.run({ instructions: 3 + 6 * 500_000 });
    if (engine === "compiled") expect(machine.compiledInstructions).toBeGreaterThan(1_000_000);
    return machine;
  };
  const INC = START + 15;
  const STORE = INC + 1;
  const LOAD = INC + 4;
  const PUSH = INC + 7;

  it("stop after the instruction that wrote, with the bytes from before", () => {
    const machine = loop();
    const watchpoint = { linear: WORD, length: 4, access: "write" as WatchAccess };
    machine.setWatchpoint(watchpoint);
    for (const round of [500_001, 500_002]) {
      const stop = machine.run();
      const before = Uint8Array.from(new Uint8Array(Uint32Array.of(round - 1).buffer));
      expect(hits(stop)).toEqual([{ watchpoint, access: "write", instruction: STORE, linear: WORD, size: 4, before }]);
      expect(hits(stop)[0]?.watchpoint).toBe(watchpoint);
      expect([machine.pc, machine.memory.readDword(WORD)]).toEqual([LOAD, round]);
      expect(machine.instructions).toBe(3 + 6 * (round - 1) + 2);
    }
  });

  it("stop after a read, not after a write, when reads are watched", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD, length: 4, access: "read" });
    const stop = machine.run();
    expect(hits(stop)).toMatchObject([{ access: "read", instruction: LOAD }]);
    expect(machine.pc).toBe(PUSH);
  });

  it("stop for both when all accesses are watched", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD, length: 4, access: "access" });
    expect([1, 2, 3].map(() => hits(machine.run())[0]?.instruction)).toEqual([STORE, LOAD, STORE]);
  });

  it("leave the rest of their page alone", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD + 4, length: 4, access: "access" });
    machine.setWatchpoint({ linear: WORD - 4, length: 4, access: "access" });
    expect(machine.run({ instructions: 600_000 })).toEqual({ kind: "count" });
    expect(machine.registers.get("eax")).toBe(600_000);
    expect(machine.memory.readDword(WORD)).toBe(600_000);
  });

  it("see a push", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: 0x10fffc, length: 1, access: "write" });
    expect(hits(machine.run())).toMatchObject([{ access: "write", instruction: PUSH, linear: 0x10fffc, size: 4 }]);
  });

  it("see an access that only overlaps them", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD + 3, length: 1, access: "write" });
    expect(hits(machine.run())).toMatchObject([{ instruction: STORE, linear: WORD, size: 4 }]);
    machine.setWatchpoint({ linear: WORD - 1, length: 2, access: "read" });
    expect(hits(machine.run())).toMatchObject([{ instruction: LOAD, linear: WORD, size: 4 }]);
  });

  it("are all told of one access", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD, length: 2, access: "write" });
    machine.setWatchpoint({ linear: WORD, length: 4096, access: "access" });
    expect(hits(machine.run())).toHaveLength(2);
  });

  it("stop only where their condition holds, asked after the instruction", () => {
    const machine = loop();
    let asked = 0;
    machine.setWatchpoint(
      { linear: WORD, length: 4, access: "write" },
      { stops: (at) => (asked++, at.probeLoad(WORD, 4) === 500_010) },
    );
    expect(machine.run()).toMatchObject({ kind: "watchpoint" });
    expect([asked, machine.memory.readDword(WORD)]).toEqual([10, 500_010]);
  });

  it("are gone when disposed of", () => {
    const machine = loop();
    const watch = machine.setWatchpoint({ linear: WORD, length: 4, access: "access" });
    machine.run();
    watch.dispose();
    expect(machine.run({ instructions: 300_000 })).toEqual({ kind: "count" });
  });

  it("do not hide the breakpoint at the next instruction", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD, length: 4, access: "write" });
    machine.setBreakpoint(LOAD);
    const kinds = [1, 2, 3, 4].map(() => machine.run().kind);
    expect(kinds).toEqual(["watchpoint", "breakpoint", "watchpoint", "breakpoint"]);
  });

  it("stop a step too", () => {
    const machine = loop();
    machine.setWatchpoint({ linear: WORD, length: 4, access: "write" });
    expect([1, 2, 3].map(() => machine.step().kind)).toEqual(["count", "watchpoint", "count"]);
  });

  it("come to the same state as without them", () => {
    const [plain, watched] = [loop(), loop()];
    watched.setWatchpoint({ linear: WORD, length: 4, access: "access" }, { stops: () => false });
    for (const machine of [plain, watched]) machine.run({ instructions: 20_001 });
    for (const name of ["eax", "ecx", "edx", "esp", "eip", "eflags"] as const) {
      expect(watched.registers.get(name)).toBe(plain.registers.get(name));
    }
    expect(watched.instructions).toBe(plain.instructions);
  });

  it("are not told of an instruction that did not come to its end", () => {
    // inc dword [WORD]; test byte [WORD], 0; div dword [WORD + 16], which is 0.
    const machine = machineWith(
      new Code()
        .hex("ff05")
        .dword(WORD)
        .hex("f605")
        .dword(WORD)
        .hex("00 f735")
        .dword(WORD + 16),
      { engine },
    );
    machine.setWatchpoint({ linear: WORD + 16, length: 4, access: "access" });
    machine.setWatchpoint({ linear: WORD, length: 4, access: "access" });
    expect(hits(machine.run())).toMatchObject([{ access: "access", instruction: START }]);
    expect(hits(machine.run())).toMatchObject([{ access: "read", instruction: START + 6 }]);
    expect(machine.run()).toMatchObject({ kind: "triple-fault" });
  });

  it("see what the processor pushes for a gate, at the instruction that went through it", () => {
    const code = new Code().loadTables();
    const int = code.here;
    // int 80h; jmp here. The handler: iret.
    const machine = machineWith(code.hex("cd80 ebfe cf"), { engine });
    descriptorTables(machine, { 0x80: int + 4 });
    machine.setWatchpoint({ linear: 0x8000 - 12, length: 12, access: "access" });
    expect(hits(machine.run())).toMatchObject([{ access: "write", instruction: int, linear: 0x8000 - 4, size: 4 }]);
    expect(machine.pc).toBe(int + 4);
    expect(hits(machine.run())).toMatchObject([{ access: "read", instruction: int + 4 }]);
    expect(machine.pc).toBe(int + 2);
  });

  it("see what the processor pushes for a fault", () => {
    const code = new Code().loadTables();
    const ud2 = code.here;
    const machine = machineWith(code.hex("0f0b ebfe"), { engine });
    descriptorTables(machine, { 6: ud2 + 2 });
    machine.setWatchpoint({ linear: 0x8000 - 12, length: 4, access: "write" });
    expect(hits(machine.run())).toMatchObject([{ instruction: ud2, linear: 0x8000 - 12 }]);
    expect(machine.pc).toBe(ud2 + 2);
  });

  it("stop after one iteration of a repeated instruction", () => {
    // mov edi, WORD - 64; mov ecx, 64; mov eax, 7; rep stosd.
    const machine = machineWith(
      new Code()
        .hex("bf")
        .dword(WORD - 64)
        .hex("b940000000 b807000000 f3ab ebfe"),
      { engine },
    );
    machine.setWatchpoint({ linear: WORD + 4, length: 8, access: "write" });
    expect(hits(machine.run())).toMatchObject([{ linear: WORD + 4, size: 4 }]);
    expect([machine.registers.get("ecx"), machine.registers.get("edi")]).toEqual([46, WORD + 8]);
    expect(hits(machine.run())).toMatchObject([{ linear: WORD + 8 }]);
    expect(machine.run({ instructions: 100 })).toEqual({ kind: "count" });
    expect(machine.memory.readDword(WORD + 0x100 - 68)).toBe(7);
  });
});

describe("compiled code", () => {
  /** push eax; pop edx; inc eax; mov [next page], eax; jmp back: all of the code in START's page. */
  const loop = () => {
    const machine = machineWith(
      new Code()
        .hex("bc00001100 b800000000 50 5a 40 a3")
        .dword(START + 0x1000)
        .hex("ebf6"),
      { engine: "compiled" },
    );
    machine.run({ instructions: 1_000_000 });
    return machine;
  };
  const remade = (machine: ReturnType<typeof loop>) => machine.statistics().regionsDropped.remade;

  it("is kept while memory is watched that it seldom touches", () => {
    const machine = loop();
    const { compiled } = machine.statistics().regions;
    const watch = machine.setWatchpoint({ linear: 0x300000, length: 4, access: "access" });
    machine.run({ instructions: 1_000_000 });
    watch.dispose();
    machine.run({ instructions: 1_000_000 });
    expect([remade(machine), machine.statistics().regions.compiled]).toEqual([0, compiled]);
  });

  it("is made anew for a watched page that it touches often, and kept when the same is watched again", () => {
    const machine = loop();
    const set = () => machine.setWatchpoint({ linear: 0x10f000, length: 4, access: "access" });
    const watch = set();
    machine.run({ instructions: 1_000_000 });
    expect(remade(machine)).toBe(1);
    watch.dispose();
    const again = set();
    machine.run({ instructions: 1_000_000 });
    expect(remade(machine)).toBe(1);
    again.dispose();
    machine.run({ instructions: 1_000_000 });
    expect(remade(machine)).toBe(2);
  });
});

describe("watchpoints in a stack frame", () => {
  const TOP = 0x110000;

  /** A loop whose accesses are made from ESP and what is reckoned from it, some of them not aligned. */
  const frameLoop = (engine: Engine) => {
    const code = new Code().hex("bc").dword(TOP);
    const start = code.here;
    // sub esp, 16; mov [esp+4], eax; mov [esp+9], cl; push eax; mov ebp, esp; mov [ebp+16], edx; mov dx, [ebp+6]
    code.hex("83ec10 89442404 884c2409 50 89e5 895510 668b5506");
    // inc dword [esp+12]; lea edi, [esp+8]; mov [edi+2], ax; mov eax, [edi+1]; pop eax; cmp byte [esp+13], 3; add esp, 16
    code.hex("ff44240c 8d7c2408 66894702 8b4701 58 807c240d03 83c410");
    // add edi, 4; mov ebx, [edi+eax*8-4] with EAX 0; jmp start
    code.hex("83c704 31c0 8b5cc7fc e9").dword(start - code.here - 4);
    const machine = machineWith(code, { engine });
    machine.run({ instructions: 400_000 });
    return machine;
  };

  it.each([1, 2, 6])("tell of each byte what the interpreter tells, with %i at a time", (count) => {
    const [interpreted, compiled] = [frameLoop("interpreter"), frameLoop("compiled")];
    expect(compiled.compiledInstructions).toBeGreaterThan(100_000);
    for (let linear = TOP - 28; linear < TOP + 4; linear++) {
      const told = [interpreted, compiled].map((machine) => {
        const places: number[] = [];
        const condition: Condition = { stops: (at) => (places.push(at.registers.get("eip")), false) };
        const watches = Array.from({ length: count }, (_, n) => {
          const access = n % 2 === 0 ? "access" : "write";
          return machine.setWatchpoint({ linear: linear + n * 0x24, length: 1, access }, condition);
        });
        machine.run({ instructions: 20_000 });
        for (const watch of watches) watch.dispose();
        return places;
      });
      expect(told[1]).toEqual(told[0]);
    }
  });
});
