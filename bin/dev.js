#!/usr/bin/env node
// maestro from the sources as they are now, also on a fresh clone: bundles them into a folder of its own and starts that.
import { fileURLToPath } from 'node:url'
import './install.js'

const outdir = fileURLToPath(new URL('../node_modules/.cache/maestro-dev', import.meta.url))
const { bundle } = await import('./build.js')
await bundle(outdir)
await import(`${outdir}/main.js`)
