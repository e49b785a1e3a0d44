import { collectGarbage, compiling } from "./v8";
import type { Host } from "../launch/host";
import { nodeFiles } from "./node-files";

export const nodeHost: Host = { files: nodeFiles, compiling, collectGarbage };
