/**
 * The call-frame information of every entry stub, as gdb reads it: from a VMM handler through the guest
 * kernel down to the application, on QEMU.
 */
import { expect, it } from "vitest";
import { debugOnQemu } from "../harness/machines/qemu-gdb";
import { qemu } from "../harness/machines";
import { describeWith, program } from "../harness/tools";

/** The functions of a backtrace, innermost first; "signal" where a stub was unwound. */
function frames(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.startsWith("#"));
  return lines.map((line) => (line.includes("<signal handler") ? "signal" : (/(\w+) \(/.exec(line)?.[1] ?? line)));
}

describeWith([...qemu.tools, program("gdb", "gdb")], "unwinding with gdb on QEMU", () => {
  it("leads from the VMM's console_io by a hypercall and a system call to the application", async () => {
    const commands = ["hbreak call_write", "continue", "hbreak do_console_io", "continue", "backtrace"];
    const text = await debugOnQemu("vmm.elf", "sample-guests/pv/hello.elf", commands);
    const names = frames(text);
    const kernel = ["hypercall_page", "console_write", "printk", "call_write", "do_call", "system_call", "trap"];
    const app = ["signal", "app_system_call", "say", "app_main", "app_entry"];

    expect(names[0], text).toBe("do_console_io");
    expect(names.slice(names.indexOf("signal")), text).toEqual(["signal", ...kernel, ...app]);
  });

  it("leads from a bounced page fault to the application's instruction", async () => {
    const text = await debugOnQemu("vmm.elf", "sample-guests/pv/hello.elf", [
      "hbreak app_probe_read",
      "continue",
      "hbreak exception",
      "continue",
      "backtrace",
    ]);

    const app = ["app_probe_read", "try_what_is_not_allowed", "app_main", "app_entry"];
    expect(frames(text), text).toEqual(["exception", "trap", "signal", ...app]);
  });

  it("leads from a bare kernel's system call to the application", async () => {
    const text = await debugOnQemu("sample-guests/bare/hello.elf", "sample-guests/bare/hello.elf", [
      "hbreak system_call",
      "continue",
      "backtrace",
    ]);

    const app = ["app_system_call", "write", "app_main", "app_entry"];
    expect(frames(text), text).toEqual(["system_call", "trap", "signal", ...app]);
  });
});
