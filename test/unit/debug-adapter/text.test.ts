import { describe, expect, it } from "vitest";
import { base64Bytes, base64Text, latin1Bytes, latin1Text, utf8Text } from "../../../debug-adapter/text";

const all = Uint8Array.from({ length: 256 }, (_, i) => i);

describe("text", () => {
  it("gives one character for each byte and takes it back", () => {
    expect(latin1Text(all)).toBe(Buffer.from(all).toString("latin1"));
    expect(latin1Bytes(latin1Text(all))).toEqual(all);
  });

  it("reads UTF-8 as Node does, with U+FFFD for what is none", () => {
    for (const bytes of [all, Uint8Array.of(0xef, 0xbb, 0xbf, 0x41), new TextEncoder().encode("a é € 𝄞")])
      expect(utf8Text(bytes)).toBe(Buffer.from(bytes).toString("utf8"));
  });

  it("writes and reads base64", () => {
    for (const length of [0, 1, 2, 3, 255]) {
      const bytes = all.subarray(0, length);
      expect(base64Text(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(base64Bytes(base64Text(bytes))).toEqual(bytes);
    }
    expect(base64Bytes("no base64!")).toBeUndefined();
  });
});
