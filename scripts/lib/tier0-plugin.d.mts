import type { Plugin } from "esbuild";

export function tier0Plugin(): Plugin;
