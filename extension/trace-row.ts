import type { HypercallRow } from "../debug-adapter/protocol";

/** What the trace view writes beside a hypercall's name: first what tells most, since a narrow side bar cuts the end. */
export function descriptionOf(row: HypercallRow): string {
  const { domain, result, arguments: words } = row;
  const outcome = isInside(row) ? "…" : result === undefined ? "" : `→ ${result}`;
  return [`d${domain}`, outcome, `(${words.join(", ")})`].filter((part) => part !== "").join(" ");
}

/** What a screen reader says: the whole of it, in the order of a call. */
export function labelOf(row: HypercallRow): string {
  const { name, domain, result, arguments: words } = row;
  const outcome = isInside(row) ? " …" : result === undefined ? "" : ` → ${result}`;
  return `${name} d${domain} (${words.join(", ")})${outcome}`;
}

/** Whether the call is still in the hypervisor. iret never comes back to its caller: without a result it is complete. */
export function isInside({ name, result }: HypercallRow): boolean {
  return result === undefined && name !== "iret";
}
