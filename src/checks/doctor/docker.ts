import type { Docker } from '../../remote/facts/docker.ts'
import type { Haproxy } from '../../remote/facts/haproxy.ts'
import type { Weave } from '../../remote/facts/weave.ts'
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
      warningFinding('docker', `Docker does not answer: ${problem ?? 'no word'}`, 'systemctl status docker'),
    ]
  if (!isExpected(version, wanted))
    return [...origin, warningFinding('docker', `${engine}; the manifest wants ${wanted}`)]
  return origin.length === 0 ? [okFinding('docker', `${engine} (${source}) answers`)] : origin
}

export function weaveChecks(weave: Weave | null, { weaveVersion: wanted }: ExpectedVersions): readonly Finding[] {
  if (weave === null)
    return wanted === undefined ? [] : [warningFinding('weave', `Weave is not installed; the manifest wants ${wanted}`)]
  if (!weave.isRunning) return [warningFinding('weave', `Weave ${weave.version} does not run`, 'weave launch')]
  if (!isExpected(weave.version, wanted))
    return [warningFinding('weave', `Weave ${weave.version}; the manifest wants ${wanted}`)]
  return [okFinding('weave', `Weave ${weave.version} runs`)]
}

const adminSocket = '`stats socket /run/haproxy/admin.sock mode 660 level admin` in the global part of haproxy.cfg'

/** Whether servers can be taken out of service by HAProxy's runtime socket. */
export function balancerChecks(balancer: Haproxy | null, { isBalancer }: ExpectedVersions): readonly Finding[] {
  if (!isBalancer) return []
  if (balancer === null)
    return [
      warningFinding(
        'balancer',
        'a load balancer in the manifest, and no HAProxy here',
        'for another one: hooks.drain and hooks.undrain in the manifest',
      ),
    ]
  const admins = balancer.sockets.filter(({ isAdmin }) => isAdmin)
  const usable = admins.find(({ isThere }) => isThere)
  const socat = balancer.hasSocat
    ? []
    : [warningFinding('balancer', 'no socat to talk to HAProxy with', 'apt-get install socat')]
  if (usable !== undefined)
    return [okFinding('balancer', `HAProxy's socket ${usable.path}${ownersOf(usable)}`), ...socat]
  const [missing] = admins
  const trouble =
    missing === undefined
      ? warningFinding('balancer', 'HAProxy has no runtime socket of level admin', adminSocket)
      : warningFinding('balancer', `HAProxy's socket ${missing.path} is not there`, 'systemctl status haproxy')
  return [trouble, ...socat]
}

const ownersOf = ({ owner }: Haproxy['sockets'][number]) => (owner === undefined ? '' : ` (${owner})`)
