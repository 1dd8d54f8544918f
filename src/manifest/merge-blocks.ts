import type { Block } from './block-schema.ts'

/** A block over another, key by key in maps of any depth; a list, or a map that says its `kind`, is replaced as a whole. */
export function mergeBlocks(base: Block, over: Block): Block {
  return mergeMaps(
    { ...base, ...(base.health && { health: withoutOtherCheck(base.health, over.health) }) },
    over,
  ) as Block
}

type Health = NonNullable<Block['health']>

// An environment that is asked by a command does not also inherit the url of the shared block, nor the other way round.
function withoutOtherCheck(base: Health, over: Health = {}): Health {
  const { url, status, from, command, ...rest } = base
  if (over.command !== undefined) return rest
  return over.url === undefined ? base : { ...rest, ...(status && { status }), ...(from && { from }) }
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
