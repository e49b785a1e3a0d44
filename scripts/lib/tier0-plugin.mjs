/**
 * The interpreter is WebAssembly that emulator/cpu/tier0/image.ts generates. In a bundle, that module is replaced by
 * its result (the module's bytes and the numbers of its handlers), so that a start need not generate it.
 */
import { Buffer } from "node:buffer";

const IMAGE = /[\\/]emulator[\\/]cpu[\\/]tier0[\\/]image\.ts$/;
const BYTES = "tier0-bytes";

export function tier0Plugin() {
  let image;
  return {
    name: "tier0",
    setup(build) {
      build.onLoad({ filter: IMAGE, namespace: "file" }, async ({ path }) => {
        image = await generate(build.esbuild, path);
        const handlers = JSON.stringify([...image.handlers]);
        const lines = [
          `import bytes from "${BYTES}";`,
          `const image = { bytes, handlers: new Map(${handlers}) };`,
          "export const tier0Image = () => image;",
        ];
        return { contents: lines.join("\n"), loader: "js" };
      });
      build.onResolve({ filter: new RegExp(`^${BYTES}$`) }, () => ({ path: BYTES, namespace: BYTES }));
      build.onLoad({ filter: /.*/, namespace: BYTES }, () => ({ contents: image.bytes, loader: "binary" }));
    },
  };
}

/** Runs the generator itself. */
async function generate(esbuild, path) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  const { tier0Image } = await import(`data:text/javascript;base64,${code}`);
  return tier0Image();
}
