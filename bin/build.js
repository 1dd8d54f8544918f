#!/usr/bin/env node
// Bundles src/ into dist/: one small entry, every heavier room in a file of its own that is loaded when it is used.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** Writes the bundle and what lies beside it; returns esbuild's account of what went in. */
export async function bundle(outdir = `${root}dist`) {
  rmSync(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    metafile: true,
    entryPoints: [`${root}src/cli.ts`],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minify: true,
    // Node shows the line in which an error was thrown: it must fit a screen.
    lineLimit: 160,
    keepNames: true,
    legalComments: 'none',
    // ssh2's optional native parts: pure JavaScript is what every user gets (see CONTRIBUTING.md).
    external: ['cpu-features'],
    define: { MAESTRO_VERSION: JSON.stringify(version), __dirname: '""' },
    loader: { '.node': 'empty' },
    // ssh2 and its helpers are CommonJS and call require for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
  // What is read as a file lies beside the bundle: the remote scripts, byte for byte, the annotated manifest, what shells
  // are told for completion, and the lab's stand-ins.
  cpSync(`${root}fixtures/manifests/every-key.yml`, `${outdir}/every-key.yml`)
  cpSync(`${root}src/remote`, outdir, { recursive: true, filter: (from) => !from.endsWith('.ts') })
  cpSync(`${root}src/lab/stand-ins`, `${outdir}/stand-ins`, { recursive: true })
  cpSync(`${root}src/commands/shells`, `${outdir}/shells`, { recursive: true })
  return metafile
}

/** All that is packed: the bundle, and the man page, which the bundle prints by the definitions of its commands. */
export async function buildPackage() {
  await bundle()
  mkdirSync(`${root}man`, { recursive: true })
  writeFileSync(`${root}man/maestro.1`, execFileSync(process.execPath, [`${root}dist/cli.js`, 'manual']))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage()
