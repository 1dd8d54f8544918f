import type { Block } from '../schema/maestro-block.ts'

/** A block over another, key by key in maps of any depth; a list, or a map that says its `kind`, is replaced as a whole. */
export function mergeBlocks(base: Block, over: Block): Block {
  // An environment that is asked by a url does not also inherit the command of the shared block.
  const { command, ...health } = base.health ?? {}
  const isAskedByUrl = base.health !== undefined && over.health?.url !== undefined
  return mergeMaps(isAskedByUrl ? { ...base, health } : base, over)
}

type Plain = Readonly<Record<string, unknown>>

function mergeMaps(base: Plain, over: Plain): Plain {
  const merged = Object.entries(over).map(([key, value]) => {
    const below = base[key]
    return [key, isMap(below) && isMap(value) ? mergeMaps(below, value) : value] as const
  })
  return { ...base, ...Object.fromEntries(merged) }
}

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('kind' in value)
