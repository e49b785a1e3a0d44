import type { DebugProtocol } from "@vscode/debugprotocol";
import {
  MAX_WATCHED,
  type Condition,
  type Disposable,
  type MachineView,
  type WatchAccess,
  type WatchpointHit,
} from "../../emulator/index";
import { ExpressionError } from "../values/expression-error";
import { breakpointMessages as say } from "../messages";
import type { Debuggee } from "../debuggee/debuggee";
import type { AddressSpace } from "../awareness/address-space";
import type { MemoryPlace } from "../debuggee/reference";
import { sizeOf } from "../symbols/index";
import { hex32 } from "../values/hex";
import { addressOf, type TypedValue } from "../values/typed-value";
import type { LiveEvaluator } from "./check";
import { checkFor } from "./condition";
import { allOf } from "./scope";

type Info = DebugProtocol.DataBreakpointInfoResponse["body"];

const ACCESSES: Readonly<Record<DebugProtocol.DataBreakpointAccessType, WatchAccess>> = {
  read: "read",
  write: "write",
  readWrite: "access",
};

/** What a data breakpoint watches; the client keeps it as an opaque text, the dataId. */
interface Data {
  linear: number;
  length: number;
  /** The domain whose linear addresses these are; undefined for the hypervisor's and a bare kernel's. */
  domain: number | undefined;
  /** The name by which the user calls it. */
  name: string;
}

/** The user's data breakpoints: memory whose accesses stop the machine. */
export class DataBreakpoints {
  private placed: Disposable[] = [];
  private readonly ids = new Map<object, { id: number; name: string }>();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly nextId: () => number,
    /** If false, nothing stops: the client runs without debugging. */
    private readonly isEnabled: boolean,
    private readonly live: LiveEvaluator,
  ) {}

  /** What can be watched of a value; `bytes` replaces its own size. */
  ofValue(name: string, value: TypedValue, space: AddressSpace, bytes: number | undefined): Info {
    const linear = addressOf(value);
    if (linear === undefined) return { dataId: null, description: say.notInMemory(name) };
    return this.ofMemory(name, { linear, space }, bytes ?? sizeOf(value.type) ?? 0);
  }

  ofMemory(name: string, { linear, space }: MemoryPlace, length: number): Info {
    if (length < 1 || length > MAX_WATCHED)
      return { dataId: null, description: say.unwatchable(name, length, MAX_WATCHED) };
    const dataId = encode({ linear, length, domain: this.ownerOf(linear, space), name });
    return {
      dataId,
      description: say.watched(name, length, hex32(linear)),
      accessTypes: ["read", "write", "readWrite"],
    };
  }

  /** Replaces all data breakpoints. */
  set(wanted: readonly DebugProtocol.DataBreakpoint[]): DebugProtocol.Breakpoint[] {
    for (const each of this.placed) each.dispose();
    this.placed = [];
    this.ids.clear();
    return wanted.map((breakpoint) => this.place(breakpoint));
  }

  /** The ids of the data breakpoints that were hit, and in words what happened to the first. */
  describe(hits: readonly WatchpointHit[]): { ids: number[]; text: string } {
    const known = hits.map(({ watchpoint }) => this.ids.get(watchpoint));
    const [hit] = hits;
    const text = hit === undefined ? "" : this.wordsFor(hit, known[0]?.name ?? hex32(hit.linear));
    return { ids: known.flatMap((each) => (each === undefined ? [] : [each.id])), text };
  }

  private wordsFor(hit: WatchpointHit, name: string): string {
    const { access, before, instruction, watchpoint } = hit;
    const at = hex32(instruction);
    const touched = touchedPart(hit);
    const whole = touched.length === watchpoint.length || numberIn(before) !== undefined;
    const subject =
      whole || touched.offset === 0
        ? name
        : say.dataPart(name, touched.offset, hex32(watchpoint.linear + touched.offset));
    if (access === "read") return say.dataRead(subject, at);
    const now = this.debuggee.readMemory(watchpoint.linear, watchpoint.length) ?? new Uint8Array();
    const [from, to] = whole ? [0, watchpoint.length] : [touched.offset, touched.offset + touched.length];
    return say.dataChanged(subject, shown(before.subarray(from, to)), shown(now.subarray(from, to)), at);
  }

  private place(breakpoint: DebugProtocol.DataBreakpoint): DebugProtocol.Breakpoint {
    const id = this.nextId();
    const data = decode(breakpoint.dataId);
    if (data === undefined) return { id, verified: false, message: say.badData(breakpoint.dataId) };
    const accessType = breakpoint.accessType ?? "write";
    const access = Object.hasOwn(ACCESSES, accessType) ? ACCESSES[accessType] : undefined;
    if (access === undefined) return { id, verified: false, message: say.badAccess(accessType) };
    try {
      const check = checkFor(breakpoint, 0, undefined, this.debuggee.images, this.live);
      const watchpoint = { linear: data.linear, length: data.length, access };
      if (this.isEnabled)
        this.placed.push(this.debuggee.machine.setWatchpoint(watchpoint, allOf(this.inDomain(data.domain), check)));
      this.ids.set(watchpoint, { id, name: data.name });
      return { id, verified: true };
    } catch (error) {
      if (error instanceof ExpressionError) return { id, verified: false, message: error.message };
      throw error;
    }
  }

  /**
   * The domain to which the address belongs; undefined for the hypervisor's addresses, which all share. Before there is
   * any vCPU, it is the first guest that has something at the address.
   */
  private ownerOf(linear: number, space: AddressSpace): number | undefined {
    const holders = this.debuggee.images.images.filter(({ symbols }) => symbols.objectAt(linear) !== undefined);
    if (space.domain === undefined) {
      const guest = holders.find(({ owner }) => owner.kind === "guest")?.owner;
      return this.debuggee.vcpus().length === 0 && guest?.kind === "guest" ? guest.domain : undefined;
    }
    const isOwn = holders.some(({ owner }) => owner.kind === "guest" && owner.domain === space.domain);
    return holders.length > 0 && !isOwn && holders.some(({ owner }) => owner.kind !== "guest")
      ? undefined
      : space.domain;
  }

  private inDomain(domain: number | undefined): Condition | undefined {
    const { vmm } = this.debuggee;
    if (vmm === undefined || domain === undefined) return undefined;
    return {
      stops(view: MachineView) {
        const vcpu = vmm.current(view);
        return vcpu !== 0 && vmm.domainOfVcpu(view, vcpu) === domain;
      },
    };
  }
}

function encode({ linear, length, domain, name }: Data): string {
  return `${hex32(linear)}+${length}${domain === undefined ? "" : `@d${domain}`} ${name}`;
}

function decode(dataId: string): Data | undefined {
  const match = /^(0x[0-9a-f]{8})\+(\d{1,4})(?:@d(\d+))? (.*)$/s.exec(dataId);
  if (match === null) return undefined;
  const [, linear, length, domain, name = ""] = match;
  const bytes = Number(length);
  if (bytes < 1 || bytes > MAX_WATCHED) return undefined;
  return { linear: Number(linear), length: bytes, domain: domain === undefined ? undefined : Number(domain), name };
}

/** The bytes of a watchpoint that an access touched: offset from its first byte, and how many. */
function touchedPart({ linear, size, watchpoint }: WatchpointHit): { offset: number; length: number } {
  const first = Math.max(linear, watchpoint.linear);
  const end = Math.min(linear + size, watchpoint.linear + watchpoint.length);
  return { offset: first - watchpoint.linear, length: Math.max(end - first, 1) };
}

/** The longest list of bytes in a message. */
const MOST_SHOWN = 8;

/** Shows bytes as a number if there are as many as a number has, or else one after the other. */
function shown(bytes: Uint8Array): string {
  const number = numberIn(bytes);
  if (number !== undefined) return number;
  const list = Array.from(bytes.subarray(0, MOST_SHOWN), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > MOST_SHOWN ? `${list} ...` : list;
}

/** One, two or four bytes as a hexadecimal number; undefined for other sizes. */
function numberIn(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 1 && bytes.length !== 2 && bytes.length !== 4) return undefined;
  return `0x${[...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")}`;
}
