import { describe, expect, it } from "vitest";
import { complaintsIn } from "../../../extension/complaints";

describe("what the compilers complain of", () => {
  it("has file, line, column, kind and text, counted from 0", () => {
    const output = [
      "cc dist/obj/main.c.o",
      "sample-guests/pv/hello/main.c: In function 'kernel_main':",
      "sample-guests/pv/hello/main.c:12:3: error: unknown type name 'u33'; did you mean 'u32'?",
      "   12 |   u33 x;",
      "/abs/lib.h:7:10: fatal error: none.h: No such file or directory",
      "a.c:1:1: warning: unused variable 'x' [-Wunused-variable]",
      "a.c:1:1: note: declared here",
    ].join("\n");
    expect(complaintsIn(output, "/r")).toEqual([
      {
        file: "/r/sample-guests/pv/hello/main.c",
        line: 11,
        column: 2,
        kind: "error",
        text: "unknown type name 'u33'; did you mean 'u32'?",
      },
      { file: "/abs/lib.h", line: 6, column: 9, kind: "error", text: "none.h: No such file or directory" },
      { file: "/r/a.c", line: 0, column: 0, kind: "warning", text: "unused variable 'x' [-Wunused-variable]" },
      { file: "/r/a.c", line: 0, column: 0, kind: "note", text: "declared here" },
    ]);
  });

  it("may be the assembler's, which names no column", () => {
    expect(complaintsIn("lib/entry.S:5: Error: no such instruction: `movq'", "/r")).toEqual([
      { file: "/r/lib/entry.S", line: 4, column: 0, kind: "error", text: "no such instruction: `movq'" },
    ]);
  });
});
