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
const source = await readFile(join(import.meta.dirname, "src/index.html"), "utf8");
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, "index.html"),
  source.replace("{script}", named(".js")).replace("{style}", named(".css")),
);
