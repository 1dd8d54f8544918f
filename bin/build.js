#!/usr/bin/env node
// Bundles src/ into dist/: one small entry, and what commands do, the lab and heavy packages each in a file that is loaded when it is used.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

// Commander loads what starts programs, a quarter of the time of `--help`, for subcommands that are programs; ours are not.
const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer, path }) =>
      importer.includes('/node_modules/commander/') ? { path, namespace: 'none' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** Writes the bundle and what lies beside it; returns esbuild's account of what went in. */
export async function bundle(outdir = `${root}dist`) {
  rmSync(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    metafile: true,
    entryPoints: [`${root}src/main.ts`],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // Names stay as they are, for traces: to shorten them and keep them aside costs a call for every function that comes to be.
    minifySyntax: true,
    minifyWhitespace: true,
    // Node shows the line in which an error was thrown: it must fit a screen.
    lineLimit: 160,
    legalComments: 'none',
    // ssh2's optional native parts: pure JavaScript is what every user gets (see CONTRIBUTING.md).
    external: ['cpu-features'],
    define: { MAESTRO_VERSION: JSON.stringify(version), __dirname: '""' },
    loader: { '.node': 'empty' },
    // ssh2 and its helpers are CommonJS and call require for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [withoutPrograms],
    logLevel: 'warning',
  })
  // What is read as a file lies beside the bundle: the remote scripts, byte for byte, the annotated manifest, what shells
  // are told for completion, and the lab's stand-ins.
  cpSync(`${root}fixtures/manifests/every-key.yml`, `${outdir}/every-key.yml`)
  cpSync(`${root}src/remote`, outdir, { recursive: true, filter: (from) => !from.endsWith('.ts') })
  cpSync(`${root}src/lab/stand-ins`, `${outdir}/stand-ins`, { recursive: true })
  cpSync(`${root}src/commands/completion/shells`, `${outdir}/shells`, { recursive: true })
  return metafile
}

/** All that is packed: the bundle, and the man page, which the bundle prints by the definitions of its commands. */
export async function buildPackage() {
  await bundle()
  mkdirSync(`${root}man`, { recursive: true })
  writeFileSync(`${root}man/maestro.1`, execFileSync(process.execPath, [`${root}dist/main.js`, 'manual']))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage()
