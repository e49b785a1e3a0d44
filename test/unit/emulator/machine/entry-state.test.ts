import { expect, it } from "vitest";
import { Code, machineWith } from "./guest-code";

/** Kernels that use what the loader left before they have anything of their own, as many tutorials' do. */

it("a kernel may push, call and return on the loader's stack", () => {
  // push ebx; call to the RET; jmp over it; ret; pop eax
  const code = new Code().hex("53 e802000000 eb01 c3 58").exit(1);
  expect(machineWith(code).run()).toEqual({ kind: "exit", value: 1 });
});

it("a kernel may IRET and load segments by the loader's GDT", () => {
  // pushf; push 8; push next; iret; next: mov ax, 0x10; mov ds, ax; mov ss, ax
  const code = new Code();
  code.hex("9c 6a08 68").dword(code.here + 5);
  code.hex("cf 66b81000 8ed8 8ed0").exit(1);
  expect(machineWith(code).run()).toEqual({ kind: "exit", value: 1 });
});

it("the firmware's segment is ROM: stores to it are lost", () => {
  // mov byte [0xf0008], 0; mov al, [0xf0008]; out 0xf4, al
  const code = new Code().hex("c605").dword(0xf0008).hex("00 a0").dword(0xf0008).hex("e6f4 ebfe");
  expect(machineWith(code).run()).toEqual({ kind: "exit", value: 0xff });
});
