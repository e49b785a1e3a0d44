/**
 * The domains of the hypervisor as its own structures hold them: `domain_list`, and each domain's vCPUs and event
 * channels. They are found by the names in the hypervisor's debug information. What an image lacks is left out.
 */
import { sizeOf, type ImageSymbols, type ReadMemory } from "../symbols/index";
import { StructRecord } from "./record";

export interface DomainState {
  readonly id: number;
  /** Linear address of its struct domain. */
  readonly pointer: number;
  readonly isPrivileged: boolean;
  /** Whether it has ended and waits to be taken down. */
  readonly isDying: boolean;
  readonly pages: number;
  readonly maxPages: number;
  readonly vcpus: readonly VcpuState[];
  /** The channels that are not closed, by port. */
  readonly channels: readonly ChannelState[];
}

export interface VcpuState {
  readonly id: number;
  /** Linear address of its struct vcpu. */
  readonly pointer: number;
  readonly isCurrent: boolean;
  /** Whether it waits for an event. */
  readonly isBlocked: boolean;
  /** Whether an upcall waits to be delivered. */
  readonly upcallPending: boolean;
  /** Whether the guest holds upcalls off. */
  readonly upcallMasked: boolean;
}

export type ChannelKind = "unbound" | "interdomain" | "pirq" | "virq" | "ipi";

export interface ChannelState {
  readonly port: number;
  readonly kind: ChannelKind;
  /** For the kind "virq": the virtual interrupt. */
  readonly virq: number | undefined;
  /** For the kinds "interdomain" and "unbound": the domain at the other end, or the domain that may bind it. */
  readonly remoteDomain: number | undefined;
  /** For the kind "interdomain". */
  readonly remotePort: number | undefined;
  readonly isPending: boolean;
  readonly isMasked: boolean;
}

/** The values of EVTCHNSTAT_ in order, from 1 on; 0 is closed. */
const KINDS: readonly ChannelKind[] = ["unbound", "interdomain", "pirq", "virq", "ipi"];

/** A longer list is taken for a broken one: the machine may be in the middle of building it. */
const MAX_DOMAINS = 256;

/** All domains, by id. `read` sees memory as the hypervisor maps it. */
export function readDomains(symbols: ImageSymbols, read: ReadMemory): DomainState[] {
  const domains: DomainState[] = [];
  let domain = StructRecord.at(symbols, read, "domain", global(symbols, read, "domain_list"));
  while (domain && domains.length < MAX_DOMAINS) {
    domains.push(readDomain(symbols, read, domain));
    domain = StructRecord.at(symbols, read, "domain", domain.word("next") ?? 0);
  }
  return domains.sort((a, b) => a.id - b.id);
}

/** A pointer that the image has as a global variable; 0 if there is none. */
function global(symbols: ImageSymbols, read: ReadMemory, name: string): number {
  const symbol = symbols.symbolNamed(name);
  const bytes = symbol && read(symbol.address, 4);
  return bytes?.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) : 0;
}

function readDomain(symbols: ImageSymbols, read: ReadMemory, domain: StructRecord): DomainState {
  const current = global(symbols, read, "current");
  const vcpus = domain.words("vcpu").flatMap((pointer) => readVcpu(symbols, read, pointer, current) ?? []);
  return {
    id: domain.word("id") ?? 0,
    pointer: domain.address,
    isPrivileged: domain.flag("privileged"),
    isDying: domain.flag("dying"),
    pages: domain.word("nr_pages") ?? 0,
    maxPages: domain.word("max_pages") ?? 0,
    vcpus,
    channels: readChannels(symbols, read, domain),
  };
}

function readVcpu(symbols: ImageSymbols, read: ReadMemory, pointer: number, current: number): VcpuState | undefined {
  const vcpu = StructRecord.at(symbols, read, "vcpu", pointer);
  if (!vcpu) return undefined;
  const info = StructRecord.at(symbols, read, "vcpu_info", vcpu.word("info") ?? 0);
  return {
    id: vcpu.word("id") ?? 0,
    pointer,
    isCurrent: pointer === current,
    isBlocked: vcpu.flag("blocked"),
    upcallPending: info?.flag("evtchn_upcall_pending") ?? false,
    upcallMasked: info?.flag("evtchn_upcall_mask") ?? false,
  };
}

/** `evtchns` points to an array with one entry for each bit of the shared page's pending words. */
function readChannels(symbols: ImageSymbols, read: ReadMemory, domain: StructRecord): ChannelState[] {
  const shared = StructRecord.at(symbols, read, "shared_info", domain.word("shared_info") ?? 0);
  const pending = shared?.words("evtchn_pending") ?? [];
  const masked = shared?.words("evtchn_mask") ?? [];
  const type = symbols.typeNamed("struct evtchn");
  const size = type && sizeOf(type);
  const table = domain.word("evtchns") ?? 0;
  if (size === undefined || table === 0) return [];
  const isSet = (words: readonly number[], port: number): boolean =>
    (((words[port >>> 5] ?? 0) >>> (port & 31)) & 1) !== 0;
  return Array.from({ length: 32 * pending.length }, (_, port): ChannelState | undefined => {
    const channel = StructRecord.at(symbols, read, "evtchn", table + size * port);
    const kind = KINDS[(channel?.word("state") ?? 0) - 1];
    if (!channel || kind === undefined) return undefined;
    return {
      port,
      kind,
      virq: kind === "virq" ? channel.word("virq") : undefined,
      remoteDomain: kind === "interdomain" || kind === "unbound" ? channel.word("remote_domain") : undefined,
      remotePort: kind === "interdomain" ? channel.word("remote_port") : undefined,
      isPending: isSet(pending, port),
      isMasked: isSet(masked, port),
    };
  }).filter((channel) => channel !== undefined);
}
