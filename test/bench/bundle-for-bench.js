import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles a TypeScript file beside this one into a file that node runs. */
export function bundleForBench(name, outfile) {
  return build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['cpu-features'],
    loader: { '.node': 'empty' },
    define: { __dirname: '""' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  })
}
