import { afterAll } from 'vitest'
import { fleetScript } from './fleet-script.ts'

// What a file has added is no other file's business, and every idle system costs the machine something.
afterAll(() => fleetScript(['prune'], 2))
