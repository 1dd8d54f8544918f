import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'

/** What a case of the comparison with ssh can name: the ports of three servers, three keys, and a folder. */
export interface CaseEnvironment {
  readonly folder: string
  /** Ports: `web` takes key 1 and 2, `db` key 2 only, `gate` any. */
  readonly web: number
  readonly db: number
  readonly gate: number
  readonly keys: readonly [string, string, string]
  /** Lines of known_hosts for them, by type of key. */
  readonly line: (server: 'web' | 'db' | 'gate', options?: LineOptions) => string
}

export interface LineOptions {
  readonly name?: string
  readonly type?: 'ed25519' | 'ecdsa'
  readonly marker?: string
}

/** A config, what is asked for, and what is known before; everything else is for ssh to say. */
export interface Case {
  readonly config: string
  readonly files?: Readonly<Record<string, string>>
  /** Symbolic links in the folder, and where they lead. */
  readonly links?: Readonly<Record<string, string>>
  readonly host?: string
  readonly user?: string
  readonly port?: number
  readonly identityFiles?: readonly string[]
  /** known_hosts; undefined: all three servers. */
  readonly known?: string
  readonly isHashed?: boolean
}

export const at = (port: number) => `HostName 127.0.0.1\n  Port ${port}`

/** Small ssh configs, each turning on one thing that ssh does. */
export const cases: Readonly<Record<string, (options: CaseEnvironment) => Case>> = {
  'HostName, Port, User, IdentityFile': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  User ana\n  IdentityFile ${keys[0]}`,
  }),
  'a pattern with a star': ({ web, keys }) => ({ config: `Host a*\n  ${at(web)}\n  IdentityFile ${keys[0]}` }),
  'a pattern with a question mark': ({ web, db, keys }) => ({
    config: `Host ap?\n  ${at(web)}\nHost app?\n  ${at(db)}\nHost *\n  IdentityFile ${keys[1]}`,
  }),
  'a negated pattern': ({ web, db, keys }) => ({
    config: `Host * !app\n  ${at(db)}\nHost app\n  ${at(web)}\nHost *\n  IdentityFile ${keys[1]}`,
  }),
  'the first value, not the last': ({ web, db, keys }) => ({
    config: `Host app\n  Port ${web}\n  User first\nHost *\n  ${at(db)}\n  User last\n  IdentityFile ${keys[1]}`,
  }),
  'equal signs, quotes and remarks': ({ web, keys }) => ({
    config: `# mine\nHost=app\n\tHostName = "127.0.0.1"\n  port=${web}\n  IdentityFile="${keys[0]}"`,
  }),
  'names in capitals': ({ web, keys }) => ({
    config: `Host App\n  ${at(web)}\n  IdentityFile ${keys[0]}\nHost app\n  User small`,
    host: 'App',
  }),
  'Include of a file': ({ folder, web, keys }) => ({
    config: `Include ${folder}/more`,
    files: { more: `Host app\n  ${at(web)}\n  User included\n  IdentityFile ${keys[0]}` },
  }),
  'Include of a pattern': ({ folder, web, keys }) => ({
    config: `Include ${folder}/conf.d/*.conf`,
    files: {
      'conf.d/a.conf': `Host app\n  User first`,
      'conf.d/b.conf': `Host app\n  ${at(web)}\n  User last\n  IdentityFile ${keys[0]}`,
      'conf.d/c.txt': 'Host app\n  Port 1',
    },
  }),
  'Include within a Host': ({ folder, web, db, keys }) => ({
    config: `Host other\n  Include ${folder}/more\nHost app\n  ${at(web)}\n  IdentityFile ${keys[1]}`,
    files: { more: at(db) },
  }),
  'Include of nothing': ({ folder, web, keys }) => ({
    config: `Include ${folder}/nothing\nHost app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
  }),
  'Match host': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\nMatch host 127.0.0.1\n  User matched\n  IdentityFile ${keys[0]}`,
  }),
  'Match originalhost': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\nMatch originalhost app\n  User matched\n  IdentityFile ${keys[0]}`,
  }),
  'Match user': ({ web, db, keys }) => ({
    config: `Match user deploy\n  ${at(web)}\n  IdentityFile ${keys[0]}\nMatch all\n  ${at(db)}\n  IdentityFile ${keys[1]}`,
    user: 'deploy',
  }),
  'Match of another user': ({ web, db, keys }) => ({
    config: `Match user deploy\n  ${at(web)}\n  IdentityFile ${keys[0]}\nMatch all\n  ${at(db)}\n  IdentityFile ${keys[1]}`,
    user: 'ana',
  }),
  'Match exec that succeeds': ({ web, db, keys }) => ({
    config: `Match exec "test %n = app"\n  ${at(web)}\nMatch all\n  ${at(db)}\n  IdentityFile ${keys[1]}`,
  }),
  'Match exec that fails': ({ web, db, keys }) => ({
    config: `Match exec "test %n = other"\n  ${at(web)}\nMatch all\n  ${at(db)}\n  IdentityFile ${keys[1]}`,
  }),
  'Match final': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\nMatch final host 127.0.0.1\n  User final\n  IdentityFile ${keys[0]}`,
  }),
  'a token in HostName': ({ web, keys }) => ({
    config: `Host 127.0.0.1\n  HostName %h\n  Port ${web}\n  IdentityFile ${keys[0]}`,
    host: '127.0.0.1',
  }),
  'user and host in IdentityFile': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  User key-1\n  IdentityFile ${folder}/%r\n  IdentityFile ${keys[1]}`,
  }),
  'alias and port in IdentityFile': ({ folder, web }) => ({
    config: `Host key-2\n  ${at(web)}\n  IdentityFile ${folder}/no-%p-%h\n  IdentityFile ${folder}/%n`,
    host: 'key-2',
  }),
  'a variable in IdentityFile': ({ web }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile \${MAESTRO_CASES}/key-1`,
  }),
  'a variable in IdentityFile that is not set': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile \${MAESTRO_NO_CASES}/key-1\n  IdentityFile ${keys[0]}`,
  }),
  'the host key alias in IdentityFile': ({ web, line }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlias key-1\n  IdentityFile \${MAESTRO_CASES}/%k`,
    known: line('web', { name: 'key-1' }),
  }),
  'the alias in IdentityFile for want of a host key alias': ({ folder, web }) => ({
    config: `Host key-2\n  ${at(web)}\n  IdentityFile ${folder}/%k`,
    host: 'key-2',
  }),
  'this computer and its user in IdentityFile': ({ folder, web }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${folder}/on-%l-%L-%u-%i/key-1`,
    links: { [`on-${hostname()}-${hostname().replace(/\..*/, '')}-${userInfo().username}-${userInfo().uid}`]: '.' },
  }),
  'the hash of the connection in IdentityFile': ({ folder, web }) => ({
    config: `Host app\n  ${at(web)}\n  User ana\n  IdentityFile ${folder}/%C`,
    links: { [createHash('sha1').update(`${hostname()}127.0.0.1${web}ana`).digest('hex')]: 'key-1' },
  }),
  'a percent sign in IdentityFile': ({ folder, web }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${folder}/100%%h`,
    links: { '100%h': 'key-1' },
  }),
  'an unknown token in IdentityFile': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${folder}/%z\n  IdentityFile ${keys[0]}`,
  }),
  'an unknown token in CertificateFile': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  CertificateFile ${folder}/%z\n  IdentityFile ${keys[0]}`,
  }),
  'half a token in IdentityFile': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${folder}/%\n  IdentityFile ${keys[0]}`,
  }),
  'half a variable in IdentityFile': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile \${MAESTRO_CASES/key-1\n  IdentityFile ${keys[0]}`,
  }),
  'a home by its name in IdentityFile': ({ folder, web }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ~${userInfo().username}/../../../../../..${folder}/key-1`,
  }),
  'the home of nobody in IdentityFile': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ~no-such-user/key\n  IdentityFile ${keys[0]}`,
  }),
  'several identities, a wrong one first': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[2]}\n  IdentityFile ${keys[1]}\n  IdentityFile ${keys[0]}`,
  }),
  'identities of several blocks': ({ db, keys }) => ({
    config: `Host app\n  ${at(db)}\n  IdentityFile ${keys[0]}\nHost *\n  IdentityFile ${keys[2]}\n  IdentityFile ${keys[1]}`,
  }),
  'an identity that is not there': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${folder}/nothing\n  IdentityFile ${keys[0]}`,
  }),
  'the same identity twice': ({ db, keys }) => ({
    config: `Host app\n  ${at(db)}\n  IdentityFile ${keys[0]}\n  IdentityFile ${keys[0]}\n  IdentityFile ${keys[1]}`,
  }),
  'no right identity': ({ db, keys }) => ({ config: `Host app\n  ${at(db)}\n  IdentityFile ${keys[0]}` }),
  'PubkeyAuthentication no': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  PubkeyAuthentication no\n  IdentityFile ${keys[0]}`,
  }),
  'PubkeyAuthentication unbound': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  PubkeyAuthentication unbound\n  IdentityFile ${keys[0]}`,
  }),
  'CertificateFile that is not there': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  CertificateFile ${folder}/no-cert.pub\n  IdentityFile ${keys[0]}`,
  }),
  'explicit user, port and identity': ({ web, keys }) => ({
    config: `Host app\n  HostName 127.0.0.1\n  Port 1\n  User ana\n  IdentityFile ${keys[2]}`,
    user: 'deploy',
    port: web,
    identityFiles: [keys[0]],
  }),
  ProxyJump: ({ web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump gate\nHost gate\n  ${at(gate)}\n  User keeper\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'ProxyJump with user, address and port': ({ web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump keeper@127.0.0.1:${gate}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'ProxyJump as an address of ssh://': ({ web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump ssh://keeper@127.0.0.1:${gate}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'ProxyJump over two': ({ web, db, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump gate,inner\nHost gate\n  ${at(gate)}\nHost inner\n  ${at(db)}\n  User inner\nHost *\n  IdentityFile ${keys[1]}`,
  }),
  'a bastion with a bastion of its own': ({ web, db, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump inner\nHost inner\n  ${at(db)}\n  ProxyJump gate\nHost gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[1]}`,
  }),
  'ProxyJump none': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump none\nHost *\n  ProxyJump gate\n  IdentityFile ${keys[0]}`,
  }),
  'ProxyJump over a bastion that nobody knows': ({ web, gate, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump gate\nHost gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
    known: line('web'),
  }),
  ProxyCommand: ({ folder, web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyCommand ssh -F ${folder}/config -o BatchMode=yes -W %h:%p gate\nHost gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'ProxyCommand that fails': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyCommand false %h\n  IdentityFile ${keys[0]}`,
  }),
  'tokens in ProxyJump': ({ web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump %r@%n-gate\nHost app-gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
    user: 'ana',
  }),
  'an unknown token in ProxyJump': ({ web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyJump gate%u\nHost gate*\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'a percent sign and the host key alias in ProxyCommand': ({ folder, web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlias 127.0.0.1\n  StrictHostKeyChecking no\n  ProxyCommand ssh -F ${folder}/config -o SetEnv=A=%% -W %k:%p gate\nHost gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'a token in ProxyCommand that is for paths alone': ({ folder, web, gate, keys }) => ({
    config: `Host app\n  ${at(web)}\n  ProxyCommand ssh -F ${folder}/config -i %d/none -W %h:%p gate\nHost gate\n  ${at(gate)}\nHost *\n  IdentityFile ${keys[0]}`,
  }),
  'an unknown token in IdentityAgent': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityAgent ~/%z\n  IdentityFile ${keys[0]}`,
  }),
  'AddressFamily and BindAddress': ({ web, keys }) => ({
    config: `Host app\n  HostName localhost\n  Port ${web}\n  AddressFamily inet\n  BindAddress 127.0.0.1\n  HostKeyAlias 127.0.0.1\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'nobody there': ({ keys }) => ({ config: `Host app\n  HostName 127.0.0.1\n  Port 1\n  IdentityFile ${keys[0]}` }),
  'a line that ssh does not know': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  Nonsense yes\n  IdentityFile ${keys[0]}`,
  }),
}
