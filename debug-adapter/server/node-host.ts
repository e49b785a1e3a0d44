import { collectGarbage, compiling } from "../cli/v8";
import type { Host } from "../session/host";
import { nodeFiles } from "./node-files";

export const nodeHost: Host = { files: nodeFiles, compiling, collectGarbage };
