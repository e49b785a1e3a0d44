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
        contents: `import bytes from "${NAMESPACE}:image";
import handlers from "${NAMESPACE}-handlers:image";
export const tier0Image = () => ({ bytes, handlers: new Map(handlers) });
`,
        loader: "js",
      }));
      let made;
      build.onStart(() => {
        made = undefined;
      });
      for (const [namespace, loader, contents] of [
        [NAMESPACE, "binary", (image) => image.bytes],
        [`${NAMESPACE}-handlers`, "json", (image) => JSON.stringify([...image.handlers])],
      ]) {
        build.onResolve({ filter: new RegExp(`^${namespace}:`) }, ({ importer }) => ({ path: importer, namespace }));
        build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
          made ??= generate(build.esbuild, path);
          return { contents: contents(await made), loader };
        });
      }
    },
  };
}

/** Runs the generator itself; what image.ts returns. */
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
