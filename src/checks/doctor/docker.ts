import type { Balancer, Docker, Weave } from '../../remote/facts/facts.ts'
import { isWanted, type Wanted } from '../expected-versions.ts'
import { type Check, fine, note } from '../finding.ts'

export function dockerChecks(docker: Docker | null, { dockerVersion: wanted }: Wanted): readonly Check[] {
  if (docker === null)
    return wanted === undefined ? [] : [note('docker', `Docker is not installed; the manifest wants ${wanted}`)]
  const { version, trouble, source } = docker
  const engine = version === undefined ? 'Docker' : `Docker ${version}`
  const origin =
    source === 'snap' || source === 'static'
      ? [
          note(
            'docker',
            `${engine} is a ${source} build, which apt does not upgrade`,
            "install Docker from its own apt repository, or the distribution's docker.io",
          ),
        ]
      : []
  if (version === undefined)
    return [...origin, note('docker', `Docker does not answer: ${trouble ?? 'no word'}`, 'systemctl status docker')]
  if (!isWanted(version, wanted)) return [...origin, note('docker', `${engine}; the manifest wants ${wanted}`)]
  return origin.length === 0 ? [fine('docker', `${engine} (${source}) answers`)] : origin
}

export function weaveChecks(weave: Weave | null, { weaveVersion: wanted }: Wanted): readonly Check[] {
  if (weave === null)
    return wanted === undefined ? [] : [note('weave', `Weave is not installed; the manifest wants ${wanted}`)]
  if (!weave.isRunning) return [note('weave', `Weave ${weave.version} does not run`, 'weave launch')]
  if (!isWanted(weave.version, wanted)) return [note('weave', `Weave ${weave.version}; the manifest wants ${wanted}`)]
  return [fine('weave', `Weave ${weave.version} runs`)]
}

const adminSocket = '`stats socket /run/haproxy/admin.sock mode 660 level admin` in the global part of haproxy.cfg'

/** Whether servers can be taken out of service by HAProxy's runtime socket. */
export function balancerChecks(balancer: Balancer | null, { isBalancer }: Wanted): readonly Check[] {
  if (!isBalancer) return []
  if (balancer === null)
    return [
      note(
        'balancer',
        'a load balancer in the manifest, and no HAProxy here',
        'for another one: hooks.drain and hooks.undrain in the manifest',
      ),
    ]
  const admins = balancer.sockets.filter(({ isAdmin }) => isAdmin)
  const usable = admins.find(({ isThere }) => isThere)
  const socat = balancer.hasSocat ? [] : [note('balancer', 'no socat to talk to HAProxy with', 'apt-get install socat')]
  if (usable !== undefined) return [fine('balancer', `HAProxy's socket ${usable.path}${ownersOf(usable)}`), ...socat]
  const [missing] = admins
  const trouble =
    missing === undefined
      ? note('balancer', 'HAProxy has no runtime socket of level admin', adminSocket)
      : note('balancer', `HAProxy's socket ${missing.path} is not there`, 'systemctl status haproxy')
  return [trouble, ...socat]
}

const ownersOf = ({ owner }: Balancer['sockets'][number]) => (owner === undefined ? '' : ` (${owner})`)
