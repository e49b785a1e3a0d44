import type { HypercallRow } from "../debug-adapter/protocol";

/**
 * The text beside a hypercall's name in the trace view. The most telling part comes first, because a narrow side bar
 * cuts the end.
 */
export function descriptionOf(row: HypercallRow): string {
  const { domain, result, arguments: words } = row;
  const outcome = isInside(row) ? "…" : result === undefined ? "" : `→ ${result}`;
  return [`d${domain}`, outcome, `(${words.join(", ")})`].filter((part) => part !== "").join(" ");
}

/** The text for a screen reader: everything, in the order of a call. */
export function labelOf(row: HypercallRow): string {
  const { name, domain, result, arguments: words } = row;
  const outcome = isInside(row) ? " …" : result === undefined ? "" : ` → ${result}`;
  return `${name} d${domain} (${words.join(", ")})${outcome}`;
}

/**
 * Whether the call is still in the hypervisor. An iret never returns to its caller, and is complete without a result.
 */
export function isInside({ name, result }: HypercallRow): boolean {
  return result === undefined && name !== "iret";
}
