import type { Haproxy } from '../../remote/facts/haproxy.ts'
import type { ExpectedVersions } from '../expected-versions.ts'
import { type Finding, okFinding, warningFinding } from '../finding.ts'

const adminSocket = '`stats socket /run/haproxy/admin.sock mode 660 level admin` in the global section of haproxy.cfg'

/** Whether maestro can drain servers through HAProxy's runtime socket. */
export function loadBalancerChecks(haproxy: Haproxy | null, { isBalancer }: ExpectedVersions): readonly Finding[] {
  if (!isBalancer) return []
  if (haproxy === null)
    return [
      warningFinding(
        'load balancer',
        'the manifest lists it as a load balancer, but HAProxy is not installed',
        'for another load balancer, set hooks.drain and hooks.undrain in the manifest',
      ),
    ]
  const admins = haproxy.sockets.filter(({ isAdmin }) => isAdmin)
  const usable = admins.find(({ isThere }) => isThere)
  const socat = haproxy.hasSocat
    ? []
    : [
        warningFinding(
          'load balancer',
          'socat is missing, which talks to the socket of HAProxy',
          'apt-get install socat',
        ),
      ]
  if (usable !== undefined)
    return [okFinding('load balancer', `HAProxy's socket ${usable.path}${ownersOf(usable)}`), ...socat]
  return [socketMissing(admins[0]), ...socat]
}

const socketMissing = (socket: Haproxy['sockets'][number] | undefined): Finding =>
  socket === undefined
    ? warningFinding('load balancer', 'HAProxy has no runtime socket of level admin', adminSocket)
    : warningFinding('load balancer', `HAProxy's socket ${socket.path} does not exist`, 'systemctl status haproxy')

const ownersOf = ({ owner }: Haproxy['sockets'][number]) => (owner === undefined ? '' : ` (${owner})`)
