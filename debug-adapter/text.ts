/** Bytes as text and back. */

/** Characters that are made at once: as many arguments as a call may have everywhere. */
const PIECE = 8192;

/** One character for each byte. */
export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}

/** The low byte of each character. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** UTF-8; U+FFFD stands for what is none. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Base64 with padding (RFC 4648, section 4). */
export function base64Text(bytes: Uint8Array): string {
  return btoa(latin1Text(bytes));
}

/** The bytes of a base64 text; undefined for what is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return latin1Bytes(atob(text));
  } catch {
    return undefined;
  }
}
