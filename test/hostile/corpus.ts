/** Sound images to be damaged: each compiler, version and form of debug information that is at hand. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileKernel } from "../harness/kernel/compile.mjs";
import { onPath, root } from "../harness/process";

const FOLDER = join(root, "dist", "test", "hostile");
const PROGRAMS = join(root, "test/dap/programs");
const CPP = "-std=gnu++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics";

/** Two programs in many forms; `-gz` compresses the sections, `-fdebug-types-section` makes type units. */
const FORMS: readonly (readonly [compiler: string, program: string, flags: string])[] = [
  ["gcc", "values.c", "-O0 -g -gdwarf-5"],
  ["gcc", "values.c", "-O0 -g -gdwarf-4 -fdebug-types-section"],
  ["gcc", "values.c", "-O2 -g3 -gdwarf-5"],
  ["gcc", "values.c", "-O2 -g -gdwarf-3 -gstrict-dwarf"],
  ["gcc", "values.c", "-O1 -g -gdwarf-5 -gz"],
  ["gcc", "values.c", "-O1 -g -gdwarf-4 -gz=zlib-gnu"],
  ["gcc", "values.c", "-O2 -g -fasynchronous-unwind-tables"],
  ["gcc", "classes.cpp", `-O1 -g ${CPP}`],
  ["clang", "values.c", "-O0 -g -gdwarf-4"],
  ["clang", "values.c", "-O2 -g -gdwarf-5"],
  ["clang", "classes.cpp", `-O2 -g -gdwarf-5 ${CPP}`],
];

export interface Corpus {
  /** Multiboot kernels. */
  readonly kernels: readonly Buffer[];
  /** Paravirtual guests. */
  readonly guests: readonly Buffer[];
}

export function makeCorpus(): Corpus {
  mkdirSync(FOLDER, { recursive: true });
  const has = ["gcc", "clang"].filter((compiler) => onPath(compiler));
  const forms = FORMS.filter(([compiler]) => has.includes(compiler));
  const compiled = forms.map(([compiler, program, flags], n) => {
    const image = join(FOLDER, `form-${n}.elf`);
    compileKernel([join(PROGRAMS, program)], image, [...flags.split(" "), "-w"], compiler);
    return readFileSync(image);
  });
  const built = (name: string): Buffer => readFileSync(join(root, "dist/sample-guests", `${name}.elf`));
  return {
    kernels: [...compiled, built("bare/hello"), built("bare/triple-fault")],
    guests: ["pv/hello", "pv/hello-xen-guest", "pv/unknown-hypercall", "pv/crash"].map(built),
  };
}

/** A sound kernel whose debug information is in a file of its own, which is damaged. */
export interface Split {
  readonly program: string;
  readonly companion: string;
  /** The sound bytes of the companion. */
  readonly bytes: Buffer;
}

/** Kernels in `folder`: one with a .dwo file, one that was stripped and has the rest in a .debug file. */
export function makeSplit(folder: string): Split[] {
  const source = join(PROGRAMS, "values.c");
  const [dwo, stripped] = [join(folder, "dwo.elf"), join(folder, "stripped.elf")];
  compileKernel([source], dwo, ["-O1", "-g", "-gsplit-dwarf", "-w"], "gcc");
  compileKernel([source], stripped, ["-O1", "-g", "-w"], "gcc");
  execFileSync("objcopy", ["--only-keep-debug", stripped, `${stripped}.debug`]);
  execFileSync("objcopy", ["--strip-debug", stripped]);
  const pairs = [
    [dwo, `${dwo}-values.dwo`],
    [stripped, `${stripped}.debug`],
  ] as const;
  return pairs.map(([program, companion]) => ({ program, companion, bytes: readFileSync(companion) }));
}
