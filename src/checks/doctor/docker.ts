import type { Docker } from '../../remote/facts/docker.ts'
import { type ExpectedVersions, isExpected } from '../expected-versions.ts'
import { type Finding, okFinding, warningFinding } from '../finding.ts'

export function dockerChecks(docker: Docker | null, { dockerVersion: wanted }: ExpectedVersions): readonly Finding[] {
  if (docker === null)
    return wanted === undefined
      ? []
      : [warningFinding('docker', `Docker is not installed; the manifest wants ${wanted}`)]
  const { version, trouble: problem, source } = docker
  const engine = version === undefined ? 'Docker' : `Docker ${version}`
  const origin =
    source === 'snap' || source === 'static'
      ? [
          warningFinding(
            'docker',
            `${engine} is a ${source} build, which apt does not upgrade`,
            "install Docker from its own apt repository, or the distribution's docker.io",
          ),
        ]
      : []
  if (version === undefined)
    return [
      ...origin,
      warningFinding('docker', `Docker does not answer: ${problem ?? 'no output'}`, 'systemctl status docker'),
    ]
  if (!isExpected(version, wanted))
    return [...origin, warningFinding('docker', `${engine}; the manifest wants ${wanted}`)]
  return origin.length === 0 ? [okFinding('docker', `${engine} (${source}) answers`)] : origin
}
