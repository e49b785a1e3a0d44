/**
 * The integer types of C under one spelling each: `unsigned long`, `long unsigned int` and `unsigned long int` are the
 * same. Undefined for other names.
 */
export function integerName(name: string): string | undefined {
  const words = name.trim().split(/\s+/);
  if (!words.every((word) => ["signed", "unsigned", "long", "short", "int", "char"].includes(word))) return undefined;
  const count = (word: string): number => words.filter((w) => w === word).length;
  const isUnsigned = count("unsigned") > 0;
  if (count("char") > 0) return isUnsigned ? "unsigned char" : count("signed") > 0 ? "signed char" : "char";
  const size = count("short") > 0 ? "short" : count("long") > 1 ? "long long" : count("long") > 0 ? "long" : "int";
  return isUnsigned ? `unsigned ${size}` : size;
}
