import { optional } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Weave {
  readonly version: string
  readonly isRunning: boolean
}

/** null: no Weave. What runs counts before what the script would start. */
export function readWeave(facts: Fields): Weave | null {
  const script = optional(facts, 'weave_script')
  const image = optional(facts, 'weave_image')
  if (script === undefined && image === undefined) return null
  return { version: tagOf(image) ?? script ?? 'unknown', isRunning: image !== undefined }
}

// A registry's port is no tag; `latest` says nothing.
function tagOf(image: string | undefined): string | undefined {
  const tag = /:([\w.-]+)(?:@.*)?$/.exec(image ?? '')?.[1]
  return tag === 'latest' ? undefined : tag
}
