import { defineConfig } from "vitest/config";

interface Shape {
  testTimeout?: number;
  /** Projects of a later group wait for the earlier ones: real VS Code needs the machine to itself. */
  group?: number;
  /** Runs once before the project's files. */
  globalSetup?: string;
}

/** One vitest project for each kind of evidence; `npm test` runs them all, `npx vitest run --project NAME` one. */
const project = (name: string, { testTimeout = 30_000, group = 0, globalSetup }: Shape = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 120_000,
    fileParallelism: group === 0,
    sequence: { groupOrder: group },
    ...(globalSetup === undefined ? {} : { globalSetup }),
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit"),
      project("conformance", { testTimeout: 120_000 }),
      project("differential", { testTimeout: 600_000 }),
      project("fuzz", { testTimeout: 600_000 }),
      project("guests", { testTimeout: 120_000 }),
      project("hostile", { testTimeout: 600_000 }),
      project("dap", { testTimeout: 60_000 }),
      project("cases", { testTimeout: 120_000, globalSetup: "test/cases/images.ts" }),
      project("vscode", { testTimeout: 300_000, group: 1 }),
    ],
  },
});
