/** Traces of what the hypervisor does, for the debugger and the command line. */
export { hypercallRow, type Hypercall } from "./hypercall";
export { traceHypercalls, type HypercallSink } from "./hypercalls";
export { HypercallLog } from "./hypercall-log";
export { traceEvents, type EventRow } from "./events";
export { formatArgument, hypercallInfo, hypercallName } from "./hypercall-table";
export { VmmView, type TracePoint } from "../awareness/vmm-view";
