import { suggestion } from '../../base/did-you-mean.ts'
import { UsageError } from '../../base/errors.ts'
import { fromHome } from '../../cli/paths.ts'
import { type Compose, readCompose } from '../../manifest/compose/read-compose.ts'
import { readEnvFile } from '../../manifest/compose/read-env-file.ts'
import { expandGroupNames } from '../../manifest/groups.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ServiceSettings, Settings } from '../../manifest/settings.ts'
import { pinned, revisionOf } from '../../operations/compose/files.ts'
import { compose, composeRollback } from '../../operations/compose/operation.ts'
import type { Operation } from '../../plan/operation.ts'
import type { ServicesFlags } from './flags.ts'

const usualKeepCount = 2

/** The services as their files are now; reads and checks them, and throws a ManifestError or a UsageError with what is wrong. */
export const servicesFor =
  ({ service = [], pull = false, rollback = true }: ServicesFlags) =>
  async (settings: Settings, manifest: Manifest): Promise<Operation> => {
    const { compose: file, files } = await readFiles(assertConfigured(settings, manifest))
    return compose({
      project: projectOf(settings, file, manifest),
      ...files,
      revision: revisionOf(files.compose, files.env),
      images: imagesOf(file, service, files.compose.from),
      isPart: service.length > 0,
      pull,
      ...timesOf(settings, manifest),
      rollBack: rollback,
      keep: keepCount(manifest),
    })
  }

/** The way back to what was deployed before. */
export const servicesBackFor = async (settings: Settings, manifest: Manifest): Promise<Operation> => {
  const { compose } = await readFiles(assertConfigured(settings, manifest))
  return composeRollback({ project: projectOf(settings, compose, manifest), ...timesOf(settings, manifest) })
}

function assertConfigured({ services: found }: Settings, { path }: Manifest): ServiceSettings {
  if (found !== undefined) return found
  throw new UsageError(`${path} names no services`, {
    hint: 'maestro.services.compose names the compose file that is rolled out',
  })
}

async function readFiles({ compose: composeAt, envFile }: ServiceSettings) {
  const [composePath, envPath] = [fromHome(composeAt), envFile === undefined ? undefined : fromHome(envFile)]
  const compose = await readCompose(composePath, { hasEnvFile: envPath !== undefined })
  const env = envPath === undefined ? null : pinned(envPath, await readEnvFile(envPath))
  return { compose, files: { compose: pinned(composePath, compose.text), env } }
}

// The folder's name, as Compose itself would have it, is another one in another checkout: then all would run twice.
function projectOf({ services: written }: Settings, { name }: Compose, { path }: Manifest): string {
  const project = written?.project ?? name
  if (project !== undefined) return project
  throw new UsageError(`${path}: no project name for Docker Compose`, {
    hint: 'write `name: shop` at the top of the compose file; for Compose 1, maestro.services.project',
  })
}

function imagesOf(
  { services: all }: Compose,
  wanted: readonly string[],
  path: string,
): Readonly<Record<string, string>> {
  const names = all.map(({ name }) => name)
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`${path} has no service ${JSON.stringify(unknown)}${suggestion(unknown, names)}`, {
      hint: `it has ${names.join(', ')}`,
    })
  const chosen = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name))
  return Object.fromEntries(chosen.map(({ name, image }) => [name, image]))
}

function timesOf({ services: written, rollout }: Settings, manifest: Manifest) {
  const { groups = [], timeoutMs = 0 } = written ?? {}
  return {
    groups: [...new Set(groups.flatMap((word) => expandGroupNames(manifest, word)))],
    timeoutMs,
    // A job that waits for services says so now and then, and is not stuck.
    stallTimeoutMs: rollout.stallTimeoutMs + timeoutMs,
  }
}

function keepCount({ groups }: Manifest): number {
  const counts = groups.flatMap(({ versions }) => versions.imageKeepCount ?? [])
  return counts.length === 0 ? usualKeepCount : Math.max(...counts)
}
