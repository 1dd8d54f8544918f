#!/usr/bin/env node
// Makes a fresh clone ready: installs what is missing, then builds.
import './install.js'

const { buildPackage } = await import('./build.js')
await buildPackage()
