import { readFileSync } from 'node:fs'
import { parseDurationMs } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import { fromHome } from '../../cli/paths.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { DockerSettings, Settings } from '../../manifest/settings.ts'
import { dockerUpgrade } from '../../operations/docker-upgrade/operation.ts'
import type { DockerUpgradeOptions } from '../../operations/docker-upgrade/options.ts'
import type { Operation } from '../../plan/operation.ts'
import type { DockerUpgradeFlags } from './flags.ts'

const lockTimeoutMs = 15 * 60_000

/** What the flags mean beside the manifest; throws a UsageError where it names no version, or for a key that is none. */
export function dockerUpgradeFor(
  { aptLockTimeout: time, rollback, install = false, allowDowngrade = false }: DockerUpgradeFlags,
  { goesBack: rollsBackTo }: { readonly goesBack: boolean },
): (settings: Settings, manifest: Manifest) => Operation {
  const timeoutMs = time === undefined ? lockTimeoutMs : parseDurationMs(time)
  if (timeoutMs === undefined)
    throw new UsageError(`--apt-lock-timeout ${JSON.stringify(time)}: must be a time like 30s, 15m or 1h`)
  if (rollsBackTo && install) throw new UsageError('--install and --rollback cannot be done in one')
  return ({ docker, weave, rollout }, { groups }) =>
    dockerUpgrade({
      ...targetVersions(groups, rollsBackTo),
      weave: rollsBackTo ? null : weaveBy(groups, weave),
      rollsBackTo,
      installs: install,
      allowsDowngrade: allowDowngrade,
      rollsBack: rollback !== false,
      repository: rollsBackTo ? null : repositoryOf(docker, install),
      isSerial: rollout.strategy === 'serial',
      lockTimeoutMs: timeoutMs,
      stallTimeoutMs: rollout.stallTimeoutMs,
      readyTimeoutMs: rollout.readyTimeoutMs,
      stableTimeMs: rollout.stableTimeMs,
    })
}

/** What the options alone do not agree to. */
export const dangersOfDocker = ({ allowDowngrade }: DockerUpgradeFlags): readonly string[] =>
  allowDowngrade ? ['an older Docker than the one that runs'] : []

type TargetVersions = Pick<DockerUpgradeOptions, 'version' | 'groups'>

function targetVersions(groups: Manifest['groups'], goesBack: boolean): TargetVersions {
  const own = groups.filter(({ kind }) => kind === 'docker')
  const version = own.find(({ versions }) => versions.docker !== undefined)?.versions.docker
  if (version === undefined && !goesBack)
    throw new UsageError('the manifest has no docker_version', {
      hint: 'docker.configuration.docker_version: a version, latest, or distribution for docker.io',
    })
  return { version: version ?? null, groups: own.map(({ name }) => name) }
}

/** Without a script the wanted version is known, and a server with another one is reported. */
function weaveBy(groups: Manifest['groups'], weave: Settings['weave']): DockerUpgradeOptions['weave'] {
  const version = groups.find(({ versions }) => versions.weave !== undefined)?.versions.weave
  if (version === undefined) return null
  if (weave === undefined) return { version, script: null, images: [] }
  const { script, sha256, images } = weave
  return { version, script: { from: fromHome(script), sha256 }, images }
}

/** Docker's own repository is set up only where Docker is to be installed. */
function repositoryOf({ repository, key }: DockerSettings, installs: boolean): DockerUpgradeOptions['repository'] {
  if (repository === undefined && !installs) return null
  const url = (repository ?? 'https://download.docker.com/linux/{id}').replace(/\/+$/, '')
  return { url, key: key === undefined ? `${url}/gpg` : keyFrom(key) }
}

// The servers fetch what is a URL; what is a file here is sent along.
function keyFrom(key: string): string {
  if (/^https?:\/\//i.test(key)) return key
  const text = readKey(fromHome(key)).trim()
  if (/^-----BEGIN PGP PUBLIC KEY BLOCK-----/.test(text)) return text
  throw new UsageError(`${key}: no key in letters (-----BEGIN PGP PUBLIC KEY BLOCK-----)`, {
    hint: 'gpg --armor --export writes one',
  })
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${path}: maestro.docker.key cannot be read`, { cause })
  }
}
