import { isIP } from 'node:net'

/** A strict form of a word that goes into a command or names something on a server. */
export type Form = {
  /** For people; completes "must be". */
  readonly what: string
  readonly limit: number
  readonly matches: (text: string) => boolean
}

const form = (what: string, pattern: RegExp, limit = 255): Form => ({
  what,
  limit,
  matches: (text) => text.length <= limit && pattern.test(text),
})

/** Debian policy 5.6.1, with the architecture that apt adds for a foreign one: `libc6:i386`. */
export const packageName = form('the name of a package', /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9][a-z0-9-]*)?$/)

/** Debian policy 5.6.12. What dpkg lets pass with a warning, a letter at the beginning, may be installed somewhere. */
export const packageVersion = form('the version of a package', /^[A-Za-z0-9][A-Za-z0-9.+~:-]*$/)

export const packageWithVersion = form(
  'a package with its version, as name=version',
  /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9][a-z0-9-]*)?=[A-Za-z0-9][A-Za-z0-9.+~:-]*$/,
  512,
)

/** `linux-image-*` */
export const packagePattern = form('the name of a package or a pattern', /^[a-z0-9*?][a-z0-9.+*?-]*$/)

/** As unattended-upgrades reads it: `Docker:bookworm`, or `origin=Docker,codename=bookworm`. */
export const aptOrigin = form(
  'an origin such as Docker:bookworm or origin=Docker,codename=bookworm',
  /^([^:=,\s"\p{Cc}]+:[^:=,\s"\p{Cc}]+|[a-z]+=[^=,"\p{Cc}]+(,[a-z]+=[^=,"\p{Cc}]+)*)$/u,
)

/** systemd.unit(5). On a system without systemd a service has no ending. */
export const unitName = form('the name of a systemd unit', /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/)

/** HAProxy's configuration manual 2.1, for backends and servers. */
export const haproxyName = form('a name of a backend or a server of HAProxy', /^[A-Za-z0-9_.:][A-Za-z0-9_.:-]*$/)

const hostName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/

export const host: Form = {
  what: 'an IP address or a host name',
  limit: 253,
  matches: (text) => isIP(text) > 0 || hostName.test(text),
}

export const ipAddress: Form = { what: 'an IP address', limit: 64, matches: (text) => isIP(text) > 0 }

export const userName = form('a user name', /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,63}\$?$/)

/** A line of an authorized key: its type, and itself in base64. */
export const hostKey = form(
  'a host key such as ssh-ed25519 AAAA…',
  /^[a-z0-9@.]+(-[a-z0-9@.]+)+ [A-Za-z0-9+/]+={0,2}$/,
  20_000,
)

export const sha256 = form('a SHA-256 sum of 64 hex digits', /^[0-9a-f]{64}$/)

/** Docker prefixes it, Podman does not. */
export const imageId = form('the id of an image', /^(sha256:)?[0-9a-f]{64}$/)

export const containerId = form('the id of a container', /^[0-9a-f]{64}$/)

/** `weaveworks/weave@sha256:…` */
export const pinnedImage = form('an image with its digest', /^[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}$/, 1_000)

/** What `docker compose` is given as the name of a service. */
export const composeService = form('the name of a service', /^[A-Za-z0-9][A-Za-z0-9._-]*$/)

export const composeProject = form('a project name of lower-case letters, digits, - and _', /^[a-z0-9][a-z0-9_-]*$/)

/** `registry.example.com/shop/web:v2`, as Docker has it once variables are filled in. */
export const imageReference = form('the reference of an image', /^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$/, 4_000)

/** Compose's checksum of what a container was made by. */
export const configurationHash = form('the checksum of a configuration', /^[A-Za-z0-9][A-Za-z0-9._-]*$/)

/** A version as a manifest says it: `27.5.1`, `latest`. */
export const versionWord = form('a version', /^[A-Za-z0-9][A-Za-z0-9.+:~_-]*$/)

/** `uname -r` */
export const kernelRelease = form('the release of a kernel', /^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/)

export const machineId = form('a machine id', /^[0-9a-f]{32}$/)

export const bootId = form('a boot id', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

const isUrl = (text: string, pattern: RegExp) => pattern.test(text) && URL.canParse(text)

/** What a health check asks. */
export const webUrl: Form = {
  what: 'a URL that begins with http:// or https://',
  limit: 4_000,
  matches: (text) => isUrl(text, /^https?:\/\/[^\p{Cc}\p{Zl}\p{Zp}]+$/iu),
}

/** What stands among other words in a source of apt; `{id}` in it becomes that of the distribution. */
export const repositoryUrl: Form = {
  what: 'a URL without blanks that begins with http:// or https://',
  limit: 4_000,
  matches: (text) => isUrl(text, /^https?:\/\/[^\s"'[\]\\\p{Cc}]+$/iu),
}
