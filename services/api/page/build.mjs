// Bundle the page; `node build.mjs FOLDER` writes index.html and its assets, named by what is in them.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const folder = process.argv[2];
if (!folder) throw new Error("name the folder to write to");

const built = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { page: "src/main.ts", style: "src/style.css" },
  entryNames: "[name]-[hash]",
  outdir: join(folder, "assets"),
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "eof",
  minify: true,
  target: "es2022",
  metafile: true,
  logLevel: "warning",
});
const names = Object.keys(built.metafile.outputs).map((path) => basename(path));
const named = (ending) => names.find((name) => name.endsWith(ending)) ?? "";

// What others wrote is in the bundle; their licences ask to be told with it.
const packages = new Set(
  Object.keys(built.metafile.inputs).flatMap((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []),
);
const licences = [...packages].sort().map(async (path) => {
  const { name, version } = JSON.parse(await readFile(join(import.meta.dirname, path, "package.json"), "utf8"));
  return `${name} ${version}\n\n${await readFile(join(import.meta.dirname, path, "LICENSE"), "utf8")}`;
});

const source = await readFile(join(import.meta.dirname, "src/index.html"), "utf8");
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, "index.html"),
  source.replace("{script}", named(".js")).replace("{style}", named(".css")),
);
await writeFile(join(folder, "licences.txt"), (await Promise.all(licences)).join("\n---\n\n"));
