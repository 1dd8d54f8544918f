import * as z from 'zod'
import { packageName, packageVersion } from '../../base/forms.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'

/** One package that changes; `from` is null for one that comes new. */
export type PackageChange = { readonly name: string; readonly from: string | null; readonly to: string }

/** What changes of Docker on a server. */
export type DockerChange = {
  readonly packages: readonly PackageChange[]
  /** Versions of the engine; null: there is none yet. */
  readonly from: string | null
  readonly to: string
  /** Whether containers have to be stopped before the engine is. */
  readonly stopsFirst: boolean
  /** Names of what is held from then on. */
  readonly holds: readonly string[]
  /** Docker's repository is to be set up before. */
  readonly needsRepository: boolean
  /** For people. */
  readonly title: string
  readonly notes: readonly string[]
}

/** What the change itself goes by, and not only people. */
export const appliedChange = () => ({
  packages: list(
    z.strictObject({ name: word(packageName), from: word(packageVersion).nullable(), to: word(packageVersion) }),
  ),
  from: text().nullable(),
  to: text(),
  stopsFirst: z.boolean(),
  holds: list(word(packageName)),
})

export const dockerChange: Schema<DockerChange> = lazily(() =>
  z.strictObject({ ...appliedChange(), needsRepository: z.boolean(), title: text(), notes: list(text()) }),
)
