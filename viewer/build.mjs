// Bundles viewer.js and NiiVue into one classic script, src/mrsnr/report/viewer/viewer.js.
// NiiVue is taken from its sources, so that what a page never needs can be left out: meshes, Zarr, other colours.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const niivue = join(modules, "@niivue", "niivue", "src");
const target = join(here, "..", "src", "mrsnr", "report", "viewer", "viewer.js");

const GRAY = "export const gray = { R: [0, 255], G: [0, 255], B: [0, 255], A: [0, 255], I: [0, 255] };";
const NO_MATCAP =
  "export default 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='";
const LEFT_OUT = new Map([
  ["cmaps/index.ts", `${GRAY} export const $itksnap = gray;`],
  ["matcaps/Shiny.jpg", NO_MATCAP],
  ["nvmesh-loaders.ts", "export const NVMeshLoaders = {};"],
  ["nvimage/zarr/NVZarrHelper.ts", "export const NVZarrHelper = {};"],
  ["nvimage/ZarrProcessor.ts", "export const loadZarrData = undefined;"],
  ["nvimage/ImageReaders/zarr.ts", "export const readZarr = undefined;"],
]);

const ourNiivue = {
  name: "niivue from its sources",
  setup(builder) {
    const left = new Set(LEFT_OUT.keys());
    builder.onResolve({ filter: /^@niivue\/niivue$/ }, () => ({ path: join(niivue, "niivue", "index.ts") }));
    builder.onResolve({ filter: /^@\// }, ({ path }) => ({ path: found(join(niivue, path.slice(2))) }));
    builder.onLoad({ filter: /niivue.src./ }, ({ path }) => {
      const name = relative(niivue, path).split(sep).join("/");
      left.delete(name);
      if (name === "shader-srcs.ts") return { contents: withoutRemarks(readFileSync(path, "utf8")), loader: "ts" };
      return LEFT_OUT.has(name) ? { contents: LEFT_OUT.get(name), loader: "js" } : undefined;
    });
    builder.onLoad({ filter: /niivue.package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
    builder.onEnd(() => {
      if (left.size) throw new Error(`NiiVue no longer has what is left out of it: ${[...left].join(", ")}`);
    });
  },
};

// The programs for the graphics card are text to the bundler, which keeps their remarks and the addresses in them.
function withoutRemarks(text) {
  return text.replace(/[ \t]*\/\/.*$/gm, "").replace(/^\s+/gm, "");
}

function found(path) {
  const stem = path.replace(/\.js$/, "");
  const file = ["", ".ts", "/index.ts"]
    .map((end) => stem + end)
    .find((one) => existsSync(one) && statSync(one).isFile());
  if (!file) throw new Error(`NiiVue has no ${path}`);
  return file;
}

function packagesIn(inputs) {
  const names = Object.keys(inputs)
    .filter((path) => path.startsWith("node_modules/"))
    .map((path) =>
      path
        .split("/")
        .slice(1, path.startsWith("node_modules/@") ? 3 : 2)
        .join("/"),
    );
  return [...new Set(names)].sort();
}

function licence(name) {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const files = ["LICENSE", "LICENSE.md", "license"].map((file) => join(modules, name, file));
  const file = name === "@niivue/niivue" ? join(here, "NIIVUE-LICENSE.txt") : files.find(existsSync);
  if (!file) throw new Error(`${name} has no licence file; expected ${files.join(" or ")}`);
  return `${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`;
}

const result = await build({
  absWorkingDir: here,
  entryPoints: ["viewer.js"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "ascii",
  legalComments: "none", // the whole licences stand at the top
  loader: { ".png": "dataurl" },
  metafile: true,
  write: false,
  outfile: target,
  plugins: [ourNiivue],
});
const [output] = Object.values(result.metafile.outputs);
const notices = packagesIn(output.inputs).map(licence).join("\n").replaceAll("*/", "* /").replaceAll("\r", "");
const script = `/*! The viewer of mrsnr's report (BSD-3-Clause) holds:\n\n${notices}*/\n${result.outputFiles[0].text}`;

for (const [what, pattern] of [
  ["a carriage return, which a browser would change", /\r/],
  ["what would end a script element", /<\/script|<!--/i],
  ["code made from text", /\beval\(|\bnew Function\b/],
  ["a worker", /\bnew (Shared)?Worker\b/],
  ["an address", /https?:\/\/\w/],
])
  if (pattern.test(result.outputFiles[0].text)) throw new Error(`The bundle holds ${what}`);

mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, script);
console.log(`${relative(process.cwd(), target)}: ${(script.length / 1e6).toFixed(2)} MB`);
