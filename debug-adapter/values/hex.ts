/** `0x0010a2c4`: eight digits, unsigned. */
export function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}

/** `0xe019`, with at least `digits` digits. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** The address that a client means by a reference; undefined if it is not an address. */
export function linearIn(reference: string): number | undefined {
  const linear = /^(0x[0-9a-f]+|\d+)$/i.test(reference) ? Number(reference) : NaN;
  return linear <= 0xffffffff ? linear : undefined;
}
