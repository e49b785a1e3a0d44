import { isStruct, strip, type Type } from "../symbols/index";

/**
 * How integers are shown if the user asks for no form: addresses, frame numbers, table entries and selectors in
 * hexadecimal.
 */
export type Notation = "hexadecimal" | undefined;

/**
 * Types whose integers are addresses, frame numbers, page-table entries, descriptors or selectors. `_t` and underscores
 * are left out.
 */
const HEX_TYPES = new RegExp(
  "^(" +
    [
      "u?intptr|vm_offset|vm_paddr|[vpml]?addr|[vpm]?address|(phys|virt|dma|mach|machine|linear|physical|virtual)_?addr(ess)?",
      "linear|maddr|paddr|vaddr|xen_ulong_ptr",
      "(xen_)?[gmp]?[mgp]fn|xen_pfn",
      "(int)?(pte|pde|pdpte|pdpe|pme?|pmd|pud|pgd|p4d)(val)?|pgprot(val)?|(pt|pd|pdpt|pml4|page)_?entry|page_?(table|dir|directory)(_entry)?",
      "l[1-4]_?(pg_?)?entry|l[1-4]e?",
      "desc(riptor)?|gate(_desc)?|segment_?descriptor|selector|sel",
    ].join("|") +
    ")$",
);

/** Structures of Xen's interface and of the processor that have only such integers. */
const HEX_STRUCTS = new Set(["mmu_update", "trap_info", "seg_desc"]);

/** The last words of names of such integers. Digits after the word are ignored. */
const HEX_WORDS = new Set([
  ...["pte", "ptes", "pde", "pdes", "pdpte", "pdptes", "pmd", "pud", "pgd", "pml", "l1e", "l2e", "l3e", "l4e"],
  ...["mfn", "pfn", "gfn", "gmfn", "gpfn", "mfns", "pfns", "gfns", "selector", "sel", "descriptor"],
  ...["addr", "address", "linear", "vaddr", "paddr", "maddr", "va", "pa", "pgdir", "pagetable", "eflags"],
]);

/**
 * Registers as members of a saved frame, except EAX, which holds the numbers and results of calls; those are shown in
 * decimal.
 */
const REGISTER_WORDS = /^(e([bcd]x|[sd]i|[bs]p|ip)|[si]p|cr[0-4]|dr[0-7]|[c-gs]s)$/;

/** Words that, in the name of a 64-bit variable, mean an entry of a page table or of a descriptor table. */
const ENTRY_WORDS = /^(entry|entries|l[1-4]|table|gdt|ldt|idt|gate)$/;

/** Pairs of last words with this meaning. */
const HEX_PAIRS = /_?page_?(table|tables|directory|dir|entry)$/;

/** More typedefs and qualifiers than any program puts around a type. */
const MAX_WRAPPERS = 1000;

/** The first words of names of counts. */
const COUNT_WORDS = new Set(["nr", "num", "n", "no", "count", "total", "max_nr"]);

/** Whether integers of the type are shown in hexadecimal, whatever their name is. */
export function isHexType(type: Type): boolean {
  let at = type;
  for (let i = 0; i < MAX_WRAPPERS; i++) {
    switch (at.kind) {
      case "typedef":
        if (HEX_TYPES.test(plain(at.name))) return true;
        at = at.target;
        break;
      case "const":
      case "volatile":
      case "restrict":
      case "atomic":
        at = at.target;
        break;
      default:
        return isStruct(at) && at.name !== undefined && (HEX_STRUCTS.has(at.name) || HEX_TYPES.test(plain(at.name)));
    }
  }
  return false;
}

/**
 * The notation for a variable or member with that name and type. It also holds for an array's elements and for a
 * pointer's target.
 */
export function notationOf(name: string | undefined, type: Type): Notation {
  if (name === undefined) return undefined;
  const size = wordSize(type);
  if (size === undefined) return undefined;
  const words = wordsOf(name);
  const last = (words.at(-1) ?? "").replace(/(?<=[a-z]{2})\d+$/, "");
  if (COUNT_WORDS.has(words[0] ?? "") && words.length > 1) return undefined;
  const isNamed = HEX_WORDS.has(last) || HEX_WORDS.has(words.at(-1) ?? "") || REGISTER_WORDS.test(words.at(-1) ?? "");
  const isEntry = size === 8 && (ENTRY_WORDS.test(last) || ENTRY_WORDS.test(words.at(-1) ?? ""));
  return isNamed || isEntry || (size >= 4 && HEX_PAIRS.test(words.join("_"))) ? "hexadecimal" : undefined;
}

/**
 * The notation for a 64-bit variable in a function whose name mentions entries or frames: `update_entry(entry, value)`.
 */
export function notationIn(functionName: string, type: Type): Notation {
  if (wordSize(type) !== 8) return undefined;
  const isOfEntries = wordsOf(functionName).some((word) => HEX_WORDS.has(word) || ENTRY_WORDS.test(word));
  return isOfEntries ? "hexadecimal" : undefined;
}

/** The size of the unsigned integer that the type is, or is an array of or a pointer to. */
function wordSize(type: Type): number | undefined {
  let bare = strip(type);
  for (let depth = 0; depth < 4 && (bare.kind === "array" || bare.kind === "pointer"); depth++)
    bare = strip(bare.kind === "array" ? bare.element : bare.target);
  return bare.kind === "base" && bare.encoding === "unsigned" && bare.size >= 2 ? bare.size : undefined;
}

/** `bootL2` and `boot_l2` both give "boot" and "l2". */
function wordsOf(name: string): string[] {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return spaced.split(/[_:]+/).filter((word) => word !== "");
}

function plain(name: string): string {
  return name.toLowerCase().replace(/^_+/, "").replace(/_t$/, "");
}
