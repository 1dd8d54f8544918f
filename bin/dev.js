#!/usr/bin/env node
// maestro from the sources as they are now: bundles them into a folder of its own and starts that.
import { fileURLToPath } from 'node:url'
import { bundle } from './build.js'

const outdir = fileURLToPath(new URL('../node_modules/.cache/maestro-dev', import.meta.url))
await bundle(outdir)
await import(`${outdir}/cli.js`)
