import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../harness/process";
import { makeCorpus, type Corpus } from "./corpus";
import { tryFiles } from "./files";
import { tryModules } from "./modules";
import { tryRequests } from "./requests";

/** How many of each, from which number on, and the seed: `npm run test:hostile:long` sets more. */
const setting = (name: string, usual: number): number => Number(process.env[`HOSTILE_${name}`] ?? usual);
const SEED = setting("SEED", 1);
const FIRST = setting("FIRST", 0);
const FILES = setting("FILES", 40);
const REQUESTS = setting("REQUESTS", 240);
const MODULES = setting("MODULES", 20);
const isLong = process.env["HOSTILE_FILES"] !== undefined;
const KEEP = join(root, "dist", "test", "hostile", "found");
const EACH = 100;

const progress = (done: number): void => {
  if (isLong && done % EACH === 0) process.stderr.write(`${done} done\n`);
};

let corpus: Corpus;
beforeAll(() => {
  mkdirSync(KEEP, { recursive: true });
  corpus = makeCorpus();
});

describe("damaged images", () => {
  it("are refused or debugged: each request is answered in words, in time and in little memory", async () => {
    const campaign = { seed: SEED, first: FIRST, count: FILES, keep: isLong ? KEEP : undefined };
    expect(await tryFiles(corpus, campaign, progress)).toEqual([]);
  });
});

describe("hostile requests", () => {
  it("have one answer each, in words, in time and in little memory", async () => {
    expect(await tryRequests({ seed: SEED, first: FIRST, count: REQUESTS }, progress)).toEqual([]);
  });
});

describe("damaged kernels beneath the hypervisor", () => {
  it("are refused or run; the domain beside them runs, and the audit finds nothing", () => {
    expect(tryModules(corpus.guests, { seed: SEED, first: FIRST, count: MODULES }, progress)).toEqual([]);
  });
});
