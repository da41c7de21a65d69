// Builds the one bundle of all widgets, or with --tests the unit tests.
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "imcp_jupyter", "widgets", "static");
const { version, dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
const MAX_BYTES = 150_000; // travels in the state of every widget, so it stays small

const shared = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { IMCP_VERSION: JSON.stringify(version) },
  logLevel: "warning",
};

if (process.argv.includes("--tests")) {
  const out = join(here, "build", "tests");
  await rm(out, { recursive: true, force: true });
  const tests = (await readdir(join(here, "tests"))).filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    ...shared,
    entryPoints: tests.map((name) => join("tests", name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: "inline",
  });
} else {
  const options = {
    ...shared,
    entryPoints: { imcp: "src/widget.ts" },
    outdir,
    minify: true,
    legalComments: "none",
    metafile: true,
    banner: { js: "/* imcp_jupyter widgets. Licences of what is bundled: LICENSES.txt beside this file in the package. */" },
  };
  if (process.argv.includes("--watch")) {
    const context = await esbuild.context({ ...options, logLevel: "info" });
    await context.watch();
  } else {
    const { metafile } = await esbuild.build(options);
    await writeFile(join(outdir, "LICENSES.txt"), await licences());
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${(bytes / 1000).toFixed(1).padStart(7)} kB  ${file}`);
      if (bytes > MAX_BYTES) {
        console.error(`${file} is larger than ${MAX_BYTES} bytes`);
        process.exitCode = 1;
      }
    }
  }
}

async function licences() {
  const names = [...Object.keys(dependencies), "@preact/signals-core"].sort();
  const texts = await Promise.all(
    names.map(async (name) => {
      const root = join(here, "node_modules", name);
      const found = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
      return `${name} ${found.version} (${found.license})\n\n${await readFile(join(root, "LICENSE"), "utf8")}`;
    }),
  );
  return texts.join(`\n${"-".repeat(78)}\n\n`);
}
