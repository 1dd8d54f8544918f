// Where the client's processor time goes: a CPU profile of `maestro reboot-status`, by kind of work.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLightFleet } from './light-fleet.js'
import { maestro, measure } from './measure.js'

const count = 1000

// The first kind whose pattern a function, or one that called it, matches: crypto below ssh2 counts as what it is for.
const kinds = [
  ['waiting', /^\((idle)\)/],
  ['collecting garbage', /^\(garbage collector\)/],
  ['signing with our key', /^(signOneShot|xr\.sign|sign) /],
  ["proving the server's host key", /^(verifyOneShot|verify) /],
  ['agreeing on keys: reading and writing them', /^(export|createPublicKey) node:internal\/crypto\/keys/],
  ['agreeing on keys (curve25519)', /^(computeSecret|getPublicKey|generateKeys|generateKeyPairSync|diffieHellman) /],
  ['encrypting and decrypting', /^(encrypt|allocPacket|randomFillSync|createCipherBase|update|final|set\w+) /],
  ['writing to sockets', /^(writeBuffer|writeUtf8String|writev|writeGeneric|_writeGeneric) /],
  ['connecting sockets', /^(internalConnect|connect) node:net/],
  ['loading maestro', /^(compileSourceTextModule|compileForInternalLoader|link|evaluate) /],
]

// What is left, by whose code it is.
const owners = [
  ['ssh2: packets, channels, the handshake', (url) => isOfSsh2(url)],
  ["Node: streams, sockets, promises, the JavaScript engine's own", (url) => !url.startsWith('file:')],
  ['maestro: servers, the look, the report', () => true],
]

const known = new Map()
function isOfSsh2(url) {
  if (!url.startsWith('file:')) return false
  if (!known.has(url)) known.set(url, readFileSync(new URL(url), 'utf8').includes('chacha20-poly1305@openssh.com'))
  return known.get(url)
}

/** Rows, the greatest first: the share of each kind of work, and its milliseconds for one server. */
export function benchProfile() {
  return withLightFleet({ count }, async ({ folder }) => {
    const profiles = mkdtempSync(join(folder, 'profile-'))
    const { cpuMs } = await measure([process.execPath, maestro, 'reboot-status'], { folder })
    await measure([process.execPath, '--cpu-prof', `--cpu-prof-dir=${profiles}`, maestro, 'reboot-status'], { folder })
    const [name] = readdirSync(profiles)
    const shares = sharesOf(JSON.parse(readFileSync(join(profiles, name), 'utf8')))
    // A profile counts what the clock says: the processor's time is that of a run without one.
    return shares.map(({ what, share }) => ({ what, share, ms: (share * cpuMs) / count }))
  })
}

function sharesOf({ nodes, samples, timeDeltas }) {
  const parentOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const kindOf = new Map(nodes.map(({ id }) => [id, kindOfNode(id, { byId, parentOf })]))
  const sums = new Map()
  for (const [index, id] of samples.entries()) {
    const kind = kindOf.get(id)
    sums.set(kind, (sums.get(kind) ?? 0) + timeDeltas[index] / 1000)
  }
  sums.delete('waiting')
  const whole = [...sums.values()].reduce((sum, ms) => sum + ms, 0)
  return [...sums].map(([what, ms]) => ({ what, share: ms / whole })).toSorted((a, b) => b.share - a.share)
}

function kindOfNode(id, { byId, parentOf }) {
  for (let at = id; at !== undefined; at = parentOf.get(at)) {
    const { functionName, url } = byId.get(at).callFrame
    const kind = kinds.find(([, pattern]) => pattern.test(`${functionName} ${url}`))
    if (kind !== undefined) return kind[0]
  }
  const { url } = byId.get(id).callFrame
  return owners.find(([, isOf]) => isOf(url))[0]
}
