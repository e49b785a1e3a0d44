/** Conversion of bytes to text and back. */

/** How many characters are made at once; no host allows fewer arguments in a call. */
const PIECE = 8192;

/** Text with one character for each byte. */
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

/** UTF-8 text. U+FFFD takes the place of invalid bytes. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Base64 with padding (RFC 4648, section 4). */
export function base64Text(bytes: Uint8Array): string {
  return btoa(latin1Text(bytes));
}

/** The bytes of a base64 text; undefined if it is invalid. */
export function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return latin1Bytes(atob(text));
  } catch {
    return undefined;
  }
}
