/** The longest string that is shown after a character pointer. */
export const MAX_STRING = 200;

/** The text up to the first zero, in quotes; or all of it with an ellipsis when there is no zero. */
export function quoteBytes(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const shown = bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_STRING));
  const whole = end >= 0 && end <= MAX_STRING;
  return `"${Array.from(shown, (byte) => escape(byte, '"')).join("")}"${whole ? "" : "..."}`;
}

export function quoteChar(code: number): string {
  return `'${escape(code, "'")}'`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  0: "\\0",
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  13: "\\r",
  92: "\\\\",
};

function escape(code: number, quote: string): string {
  const isWide = code > 0xff && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  const char = code <= 0xff || isWide ? String.fromCodePoint(code) : "";
  if (char === quote) return `\\${quote}`;
  if (isWide || (code >= 32 && code < 127 && code !== 92)) return char;
  return ESCAPES[code] ?? `\\x${code.toString(16).padStart(2, "0")}`;
}
