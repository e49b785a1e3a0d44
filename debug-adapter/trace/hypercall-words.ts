import type { RecordedWords } from "../../emulator/index";
import type { Field } from "../awareness/layout";
import type { VmmView } from "../awareness/vmm-view";
import type { Hypercall } from "./hypercall";
import { hypercallInfo } from "./hypercall-table";

/** The arguments of the two trace points, which begin the words of both. */
export const enum Argument {
  /** The linear address of the struct vcpu. */
  Vcpu,
  Number,
  /** The linear address of the guest's struct cpu_regs at entry; the result at exit. */
  Last,
}
const ARGUMENTS = 3;

/** Bytes from ESP to an argument of the cdecl function whose first instruction is executed. */
const stackOffset = (argument: Argument): number => 4 + 4 * argument;

export const WORDS_AT_EXIT: readonly RecordedWords[] = [{ path: [stackOffset(Argument.Vcpu)], count: ARGUMENTS }];

/** ebx, ecx, edx, esi, edi and ebp begin struct cpu_regs. */
const MOST_ARGUMENTS = 6;

/** Words of struct cpu_regs at most, as far as they are looked at. */
const MOST_REGS = 24;

/** Where the words at entry go on after the arguments. */
const DOMAIN = ARGUMENTS;
const ID = DOMAIN + 1;
const REGS = ID + 1;

/** What is recorded when a hypercall is entered: its arguments, its vCPU and domain, and the guest's registers. */
export class HypercallWords {
  readonly atEntry: readonly RecordedWords[];
  private readonly domain: number;
  private readonly id: number;
  private readonly eip: number | undefined;
  private readonly cs: number | undefined;

  /** A field that the image does not describe is 0. */
  constructor({ hypercallFields: { vcpuDomain, domainId, vcpuId, eip, cs } }: VmmView) {
    const vcpu = stackOffset(Argument.Vcpu);
    const domain = vcpuDomain && domainId && [vcpu, vcpuDomain.offset, domainId.offset];
    const id = vcpuId && [vcpu, vcpuId.offset];
    this.domain = maskOf(domain && domainId);
    this.id = maskOf(vcpuId);
    this.eip = wordOf(eip);
    this.cs = wordOf(cs);
    this.atEntry = [
      { path: [vcpu], count: ARGUMENTS },
      { path: domain ?? [vcpu], count: 1 },
      { path: id ?? [vcpu], count: 1 },
      { path: [stackOffset(Argument.Last), 0], count: Math.max(MOST_ARGUMENTS, this.eip ?? 0, this.cs ?? 0) + 1 },
    ];
  }

  /** Puts the words from `at` on into `call`, except for its index and its result. */
  read(words: Uint32Array, at: number, call: Writable<Hypercall>): void {
    const regs = at + REGS;
    call.number = words[at + Argument.Number] ?? 0;
    call.domain = ((words[at + DOMAIN] ?? 0) & this.domain) >>> 0;
    call.vcpu = ((words[at + ID] ?? 0) & this.id) >>> 0;
    call.eip = this.eip === undefined ? 0 : (words[regs + this.eip] ?? 0);
    call.ring = this.cs === undefined ? 0 : (words[regs + this.cs] ?? 0) & 3;
    const given = call.arguments;
    const { length } = hypercallInfo(call.number).arguments;
    if (given.length !== length) given.length = length;
    for (let n = 0; n < length; n++) given[n] = words[regs + n] ?? 0;
  }
}

/** A call that is filled in again and again. */
export type Writable<Call> = { -readonly [Name in keyof Call]: Name extends "arguments" ? number[] : Call[Name] };

/** The bits of a field in the dword at its offset. */
const maskOf = (field: Field | undefined): number => (field === undefined ? 0 : 2 ** (8 * field.size) - 1);

/** The index of the dword in struct cpu_regs that a field begins; undefined when it lies too far or between two. */
const wordOf = (field: Field | undefined): number | undefined =>
  field !== undefined && field.offset % 4 === 0 && field.offset < 4 * MOST_REGS ? field.offset / 4 : undefined;
