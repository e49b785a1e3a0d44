import { hex, hex32 } from "./hex";

/** A field of a control register: one bit, or several. */
interface BitField {
  name: string;
  shift: number;
  width?: number;
}

const bit = (name: string, shift: number): BitField => ({ name, shift });

/** Fields that the processor knows (SDM vol. 1, 3.4.3; vol. 3A, 2.5). */
export const REGISTER_FIELDS: Readonly<Record<string, readonly BitField[]>> = {
  eflags: [
    ...[
      bit("CF", 0),
      bit("PF", 2),
      bit("AF", 4),
      bit("ZF", 6),
      bit("SF", 7),
      bit("TF", 8),
      bit("IF", 9),
      bit("DF", 10),
    ],
    ...[
      bit("OF", 11),
      { name: "IOPL", shift: 12, width: 2 },
      bit("NT", 14),
      bit("RF", 16),
      bit("VM", 17),
      bit("AC", 18),
    ],
    ...[bit("VIF", 19), bit("VIP", 20), bit("ID", 21)],
  ],
  cr0: [
    ...[
      bit("PE", 0),
      bit("MP", 1),
      bit("EM", 2),
      bit("TS", 3),
      bit("ET", 4),
      bit("NE", 5),
      bit("WP", 16),
      bit("AM", 18),
    ],
    ...[bit("NW", 29), bit("CD", 30), bit("PG", 31)],
  ],
  cr3: [bit("PWT", 3), bit("PCD", 4)],
  cr4: [
    ...[
      bit("VME", 0),
      bit("PVI", 1),
      bit("TSD", 2),
      bit("DE", 3),
      bit("PSE", 4),
      bit("PAE", 5),
      bit("MCE", 6),
      bit("PGE", 7),
    ],
    ...[bit("PCE", 8), bit("OSFXSR", 9), bit("OSXMMEXCPT", 10)],
  ],
};

/** The fields of a register's value, including those that are clear. */
export function fieldsOf(register: string, value: number): { name: string; value: number }[] {
  return (REGISTER_FIELDS[register] ?? []).map(({ name, shift, width }) => ({
    name,
    value: (value >>> shift) & ((1 << (width ?? 1)) - 1),
  }));
}

/** `PE ET WP PG`: the fields that are not 0. Fields of several bits are shown with their value. */
export function setFields(register: string, value: number): string {
  const isWide = (name: string): boolean =>
    REGISTER_FIELDS[register]?.some((f) => f.name === name && f.width !== undefined) ?? false;
  return fieldsOf(register, value)
    .filter((field) => field.value !== 0)
    .map(({ name, value: part }) => (isWide(name) ? `${name}=${hex(part)}` : name))
    .join(" ");
}

/** `0x80010033 [PE MP NE WP PG]`: a register, and if it has fields those that are set. */
export function registerText(register: string, value: number): string {
  const set = setFields(register, value);
  return REGISTER_FIELDS[register] !== undefined && (set !== "" || register === "eflags")
    ? `${hex32(value)} [${set}]`
    : hex32(value);
}

/** The registers that hold the place of a descriptor table. */
export type TableName = "gdtr" | "idtr";

export const isTableName = (name: string): name is TableName => name === "gdtr" || name === "idtr";

/** `base 0xfc205000, limit 0x0000ffff`: GDTR or IDTR. */
export function tableText({ base, limit }: { base: number; limit: number }): string {
  return `base ${hex32(base)}, limit ${hex32(limit)}`;
}
