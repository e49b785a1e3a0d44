import { describe, expect, it } from "vitest";
import { pointerTo, UINT } from "../../../../debug-adapter/expressions/types";
import type { StructType, Type } from "../../../../debug-adapter/symbols/index";
import { argumentNotation } from "../../../../debug-adapter/trace/hypercall-table";
import { isHexType, notationIn, notationOf } from "../../../../debug-adapter/values/notation";

const U64: Type = { kind: "base", name: "u64", size: 8, encoding: "unsigned" };
const INT: Type = { kind: "base", name: "int", size: 4, encoding: "signed" };
const CHAR: Type = { kind: "base", name: "char", size: 1, encoding: "signed-char" };
const typedef = (name: string, target: Type = UINT): Type => ({ kind: "typedef", name, target });
const array = (element: Type): Type => ({ kind: "array", element, count: 512 });
const struct = (name: string): StructType => ({ kind: "struct", name, size: 4, isIncomplete: false, members: [] });

describe("isHexType", () => {
  it.each([
    ...["pte_t", "pteval_t", "intpte_t", "l1_pgentry_t", "l4_pgentry_t", "pmd_t", "pgprot_t", "mfn_t", "mfn", "gfn_t"],
    ...["xen_pfn_t", "xen_gfn_t", "gmfn_t", "paddr_t", "maddr_t", "phys_addr_t", "dma_addr_t", "physaddr_t"],
    ...[
      "uintptr_t",
      "intptr_t",
      "linear_t",
      "vaddr_t",
      "desc_t",
      "selector_t",
      "__kernel_uintptr_t".slice(9),
      "page_entry_t",
    ],
  ])("holds for the typedef %s", (name) => {
    expect(isHexType(typedef(name))).toBe(true);
    expect(isHexType({ kind: "const", target: typedef("mine", typedef(name)) })).toBe(true);
  });

  it.each(["size_t", "u64", "uint32_t", "pid_t", "domid_t", "time_t", "count_t", "descriptor_count_t", "table_size_t"])(
    "does not hold for the typedef %s",
    (name) => expect(isHexType(typedef(name))).toBe(false),
  );

  it("holds for a structure around a frame number, and for an update of a table", () => {
    expect(isHexType(typedef("mfn_t", struct("mfn_wrapper")))).toBe(true);
    expect(isHexType(struct("mmu_update"))).toBe(true);
    expect(isHexType(struct("point"))).toBe(false);
  });
});

describe("notationOf", () => {
  it.each([
    "pte",
    "old_pte",
    "mfn",
    "src_mfn",
    "store_mfn",
    "max_pfn",
    "eip",
    "cr3",
    "cs",
    "machine_address",
    "kernelAddr",
  ])("is hexadecimal for an unsigned integer called %s", (name) => expect(notationOf(name, UINT)).toBe("hexadecimal"));

  it.each(["count", "nr_pfns", "num_ptes", "n_mfn", "dx", "x", "size", "entry", "ticks", "value"])(
    "is nothing for an unsigned integer called %s",
    (name) => expect(notationOf(name, UINT)).toBeUndefined(),
  );

  it("is hexadecimal for 64 bits that are called an entry, in arrays and through pointers", () => {
    for (const type of [U64, pointerTo(U64), array(U64), array(array(U64))]) {
      for (const name of ["entry", "l2", "boot_l1", "pdpt_table", "idt"])
        expect(notationOf(name, type)).toBe("hexadecimal");
      expect(notationOf("deadline", type)).toBeUndefined();
    }
  });

  it("is hexadecimal for the tables of 32-bit paging", () => {
    for (const name of ["page_table", "page_directory", "kernel_page_tables", "pgdir"])
      expect(notationOf(name, array(UINT))).toBe("hexadecimal");
  });

  it("is nothing for what is signed or a character", () => {
    expect(notationOf("pte", INT)).toBeUndefined();
    expect(notationOf("addr", CHAR)).toBeUndefined();
    expect(notationOf(undefined, U64)).toBeUndefined();
  });
});

describe("notationIn", () => {
  it("is hexadecimal for 64 bits in a function that is about entries", () => {
    expect(notationIn("update_entry", U64)).toBe("hexadecimal");
    expect(notationIn("pte_of", U64)).toBe("hexadecimal");
    expect(notationIn("update_entry", UINT)).toBeUndefined();
    expect(notationIn("system_time", U64)).toBeUndefined();
  });
});

describe("argumentNotation", () => {
  it("follows the trace's form of the argument", () => {
    expect(argumentNotation("do_update_va_mapping", "low", 1)).toBe("hexadecimal");
    expect(argumentNotation("HYPERVISOR_mmu_update", "list", 0)).toBe("hexadecimal");
    expect(argumentNotation("do_mmu_update", "count", 1)).toBeUndefined();
    expect(argumentNotation("do_mmu_update", "count", -1)).toBeUndefined();
  });

  it("is hexadecimal for what carries arguments on their way", () => {
    expect(argumentNotation("hypercall_dispatch", "args", 1)).toBe("hexadecimal");
    expect(argumentNotation("_hypercall4", "a3", 3)).toBe("hexadecimal");
    expect(argumentNotation("main", "args", 1)).toBeUndefined();
  });
});
