/**
 * The interpreter is WebAssembly that emulator/cpu/tier0/image.ts generates. In
 * a bundle that module is replaced by the bytes it makes, so that a start costs
 * no generation.
 */
import { Buffer } from "node:buffer";

const IMAGE = /[\\/]emulator[\\/]cpu[\\/]tier0[\\/]image\.ts$/;
const NAMESPACE = "tier0-bytes";

export function tier0Plugin() {
  return {
    name: "tier0",
    setup(build) {
      build.onLoad({ filter: IMAGE, namespace: "file" }, () => ({
        contents: `import bytes from "${NAMESPACE}:image";\nexport const tier0Image = () => bytes;\n`,
        loader: "js",
      }));
      build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ importer }) => ({
        path: importer,
        namespace: NAMESPACE,
      }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => ({
        contents: await generate(build.esbuild, path),
        loader: "binary",
      }));
    },
  };
}

/** Runs the generator itself; the module's bytes. */
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
