import type { Host } from "../launch/host";
import { nodeFiles } from "./node-files";
import { collectGarbage, compiling } from "./v8";

export const nodeHost: Host = {
  files: nodeFiles,
  compiling,
  collectGarbage,
  now: () => performance.now(),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};
