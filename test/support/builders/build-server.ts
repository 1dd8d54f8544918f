import type { Server } from '../../../src/inventory/server.ts'

/** A server of the inventory, which is reached by its name. */
export const buildServer = (name: string, groups: readonly string[] = ['docker'], zone?: string): Server => ({
  name,
  host: name,
  groups,
  spare: false,
  ...(zone === undefined ? {} : { zone }),
})
