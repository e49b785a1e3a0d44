import type { FaultRecord } from "../../emulator/index";
import { debugMessages as say, faultLine, vectorName } from "../messages";
import { hex32 } from "../values/hex";
import type { Debuggee } from "./debuggee";
import { describePageFault } from "./page-fault";

const PAGE_FAULT = 14;

/**
 * A triple fault in one line, and its report: each fault of the chain, and the first cause with the names of the
 * images.
 */
export function describeTripleFault(
  chain: readonly FaultRecord[],
  debuggee: Debuggee,
): { line: string; report: string } {
  const [fault] = chain;
  const first = fault === undefined ? say.noFault() : namedFault(fault, debuggee);
  return { line: say.tripleFaultStop(first), report: say.tripleFault(first, chain.map(lineOf(debuggee))) };
}

/** What happened where: `#PF(0x0002) in kernel_main+0x1c (main.c:12): a write to 0x00000000 in ring 0: ...`. */
function namedFault(fault: FaultRecord, debuggee: Debuggee): string {
  const { vector, errorCode, eip, reason } = fault;
  const ring = fault.cs & 3;
  const image = debuggee.images.at(eip, ring, debuggee.domain);
  const position = image?.symbols.lineAt(eip);
  const name = debuggee.images.nameAt(eip, ring, debuggee.domain) ?? hex32(eip);
  const place = position === undefined ? name : `${name} (${position.file.replace(/^.*[\\/]/, "")}:${position.line})`;
  const cause = vector === PAGE_FAULT ? pageFault(fault, ring, debuggee) : reason;
  return say.faultAt(vectorName(vector, errorCode), place, cause);
}

function pageFault({ cr2, errorCode }: FaultRecord, ring: number, { images, machine, domain }: Debuggee): string {
  const name = images.nameAt(cr2, ring, domain);
  return describePageFault({ linear: cr2, errorCode, ring, name }, machine.memory.translate(cr2));
}

/** A fault in the command line's words, and the name of its place. */
const lineOf =
  ({ images, domain }: Debuggee) =>
  (fault: FaultRecord): string => {
    const name = images.nameAt(fault.eip, fault.cs & 3, domain);
    return name === undefined ? faultLine(fault) : `${faultLine(fault)} <${name}>`;
  };
