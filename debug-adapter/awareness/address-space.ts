import type { DebugMemory } from "../../emulator/index";
import type { ReadMemory } from "../symbols/index";

const PAGE = 4096;

/** Memory as a vCPU sees it, whether the vCPU runs or not; or as the processor does outside of any vCPU. */
export interface AddressSpace {
  /**
   * `d0v0`: names the vCPU in references that the client keeps. Undefined for memory as the processor maps it now; with
   * a single guest there is no other.
   */
  readonly name: string | undefined;
  /** The vCPU's domain; undefined outside of any. */
  readonly domain: number | undefined;
  /** Physical address of the vCPU's L3 table; undefined if the processor's CR3 holds it. */
  readonly directory: number | undefined;
  /** The bytes from a linear address on, as far as they are mapped. */
  readonly readMemory: ReadMemory;
  /** Returns how many bytes were written, which is less where a page is not mapped. */
  writeMemory(linear: number, bytes: Uint8Array): number;
}

/** Whether the processor is in the address space now. If so, its registers are those of the innermost frame. */
export const isLive = ({ directory }: AddressSpace): boolean => directory === undefined;

/**
 * Memory as it is mapped by a PAE page directory that is not in CR3, for a vCPU that does not run.
 * @param directory physical address of the four L3 entries
 */
export function mappedBy(memory: DebugMemory, directory: number): Pick<AddressSpace, "readMemory" | "writeMemory"> {
  /**
   * Calls `access` for each part that is in one page, until a call does less than was asked for. @returns how many
   * bytes were done
   */
  const byPage = (start: number, length: number, access: (physical: number, at: number, size: number) => number) => {
    let done = 0;
    while (done < length) {
      const linear = (start + done) >>> 0;
      const physical = memory.translateBy(directory, linear);
      const size = Math.min(length - done, PAGE - (linear & (PAGE - 1)));
      const part = physical === undefined ? 0 : access(physical, done, size);
      done += part;
      if (part < size) break;
    }
    return done;
  };
  return {
    readMemory(start, length) {
      const parts: Uint8Array[] = [];
      const done = byPage(start, length, (physical, _, size) => {
        const part = memory.readPhysical(physical, size);
        parts.push(part);
        return part.length;
      });
      return joined(parts, done);
    },
    writeMemory: (start, bytes) =>
      byPage(start, bytes.length, (physical, at, size) =>
        memory.writePhysical(physical, bytes.subarray(at, at + size)),
      ),
  };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
