/** Orders versions as dpkg does: negative, zero or positive. Kernel releases (`6.8.0-9` before `6.8.0-45`) sort rightly too. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  )
}

function parts(version: string) {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon === -1 ? 0 : Number(version.slice(0, colon)),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  }
}

// Text and numbers take turns (deb-version(7)): text by its letters, numbers by their value.
function comparePart(a: string, b: string): number {
  const [left, right] = [turns(a), turns(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one = '', other = ''] = [left[index], right[index]]
    const order = index % 2 === 0 ? compareText(one, other) : Number(BigInt(one) - BigInt(other))
    if (order !== 0) return order
  }
  return 0
}

const turns = (text: string) =>
  [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, letters = '', digits = '']) => [letters, digits])

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = weight(a[index]) - weight(b[index])
    if (order !== 0) return order
  }
  return 0
}

// A tilde sorts before the end, letters before everything else.
function weight(letter: string | undefined): number {
  if (letter === '~') return -1
  if (letter === undefined) return 0
  return /[a-zA-Z]/.test(letter) ? letter.charCodeAt(0) : letter.charCodeAt(0) + 256
}
