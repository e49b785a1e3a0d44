/** The sizes of the formats. The x87's format has 10 bytes, which compilers pad to 12 (i386) or 16. */
const X87_BYTES = 10;
const X87_PADDED = 12;

/**
 * The number that little-endian bytes of a floating point type mean, as precisely as a double can hold it; undefined
 * for other sizes.
 */
export function floatOf(bytes: Uint8Array, typeName: string): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (bytes.length) {
    case 2:
      return scaled(BigInt(view.getUint16(0, true)), 5, 10, false);
    case 4:
      return view.getFloat32(0, true);
    case 8:
      return view.getFloat64(0, true);
    case X87_BYTES:
    case X87_PADDED:
      return x87(view);
    case 16:
      // __float128 is the IEEE format of that size; a padded long double is the x87's.
      if (typeName.startsWith("long double")) return x87(view);
      return scaled((view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true), 15, 112, false);
    default:
      return undefined;
  }
}

/**
 * The bytes of a number in a format of 4, 8, 10, 12 or 16 bytes (in the last two, 10 are used); undefined for other
 * sizes.
 */
export function floatBytes(value: number, size: number): Uint8Array | undefined {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setFloat32(0, value, true);
  else if (size === 8) view.setFloat64(0, value, true);
  else if (size === X87_BYTES || size === X87_PADDED || size === 16) storeX87(view, value);
  else return undefined;
  return bytes;
}

/** Double-extended precision, in which the leading 1 is stored (SDM vol. 1, 4.2.2). */
function x87(view: DataView): number | undefined {
  if (view.byteLength < X87_BYTES) return undefined;
  const head = BigInt(view.getUint16(8, true));
  const mantissa = view.getBigUint64(0, true);
  return scaled((head << 64n) | mantissa, 15, 64, true);
}

/**
 * A number with one sign bit, `exponentBits`, and a fraction of `fractionBits`, which includes the leading 1 if
 * `isExplicit`.
 */
function scaled(bits: bigint, exponentBits: number, fractionBits: number, isExplicit: boolean): number {
  const fraction = BigInt.asUintN(fractionBits, bits);
  const exponent = Number(BigInt.asUintN(exponentBits, bits >> BigInt(fractionBits)));
  const sign = (bits >> BigInt(fractionBits + exponentBits)) & 1n ? -1 : 1;
  const highest = 2 ** exponentBits - 1;
  const bias = (highest - 1) / 2;
  const stored = isExplicit ? fractionBits - 1 : fractionBits;
  if (exponent === highest) return BigInt.asUintN(stored, fraction) === 0n ? sign * Infinity : NaN;
  const isNormal = exponent > 0 && !isExplicit;
  const mantissa = isNormal ? fraction | (1n << BigInt(fractionBits)) : fraction;
  return sign * timesPower(Number(mantissa), Math.max(exponent, 1) - bias - stored);
}

/** Computed in two steps, because 2 to a power below -1074 is not a double. */
function timesPower(value: number, power: number): number {
  const half = Math.trunc(power / 2);
  return value * 2 ** half * 2 ** (power - half);
}

function storeX87(view: DataView, value: number): void {
  const wide = new DataView(new ArrayBuffer(8));
  wide.setFloat64(0, value, true);
  const bits = wide.getBigUint64(0, true);
  const sign = Number(bits >> 63n) << 15;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = BigInt.asUintN(52, bits);
  if (exponent === 0x7ff) return store(view, sign | 0x7fff, (1n << 63n) | (fraction << 11n));
  if (exponent !== 0) return store(view, sign | (exponent - 1023 + 16383), (1n << 63n) | (fraction << 11n));
  if (fraction === 0n) return store(view, sign, 0n);
  // A number that is denormal as a double is normal in the wider range.
  const length = fraction.toString(2).length;
  store(view, sign | (length - 1075 + 16383), fraction << BigInt(64 - length));
}

function store(view: DataView, head: number, mantissa: bigint): void {
  view.setBigUint64(0, mantissa, true);
  view.setUint16(8, head, true);
}
