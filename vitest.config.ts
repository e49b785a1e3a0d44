import { defineConfig } from "vitest/config";

/** One vitest project for each kind of evidence; `npm test` runs them all, `npx vitest run --project NAME` one. */
const project = (name: string, testTimeout = 30_000) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 120_000 },
});

export default defineConfig({
  test: {
    projects: [
      project("unit"),
      project("conformance", 120_000),
      project("differential", 600_000),
      project("guests", 120_000),
      project("dap", 60_000),
      project("vscode", 300_000),
    ],
  },
});
