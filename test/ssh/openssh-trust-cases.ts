import { at, type Case, type CaseEnvironment } from './openssh-cases.ts'

/** Small ssh configs and known_hosts files, each turning on one thing by which ssh trusts a host key or not. */
export const trustCases: Readonly<Record<string, (options: CaseEnvironment) => Case>> = {
  HostKeyAlias: ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlias fleet\n  IdentityFile ${keys[0]}`,
    known: line('web', { name: 'fleet' }),
  }),
  'HostKeyAlias that is not on record': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlias fleet\n  IdentityFile ${keys[0]}`,
  }),
  'HostKeyAlias under accept-new': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlias fleet\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'an unknown key under ask': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'an unknown key under yes': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  StrictHostKeyChecking yes\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'an unknown key under accept-new': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'an unknown key under no': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  StrictHostKeyChecking no\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'an unknown key under accept-new, names hashed': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  StrictHostKeyChecking accept-new\n  HashKnownHosts yes\n  IdentityFile ${keys[0]}`,
    known: '',
    isHashed: true,
  }),
  'a changed key': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: line('db', { name: `[127.0.0.1]:${web}` }),
  }),
  'a changed key under accept-new': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: line('db', { name: `[127.0.0.1]:${web}` }),
  }),
  'a second key beside a changed one': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: `${line('db', { name: `[127.0.0.1]:${web}` })}\n${line('web')}`,
  }),
  'a key of another type on record': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: line('web', { type: 'ecdsa' }),
  }),
  'HostKeyAlgorithms without the type on record': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlgorithms ecdsa-sha2-nistp256\n  IdentityFile ${keys[0]}`,
    known: line('web', { type: 'ed25519' }),
  }),
  'HostKeyAlgorithms that the server has none of': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  HostKeyAlgorithms rsa-sha2-256,sk-ssh-ed25519@openssh.com\n  IdentityFile ${keys[0]}`,
  }),
  'a revoked key': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: `${line('web')}\n${line('web', { marker: '@revoked ', name: '*' })}`,
  }),
  'a key on record without the port': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: line('web', { name: '127.0.0.1' }),
  }),
  'a key on record under a pattern': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: line('web', { name: '[127.0.0.*]:*' }),
  }),
  'a key on record under a negated pattern': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  IdentityFile ${keys[0]}`,
    known: line('web', { name: `![127.0.0.1]:${web},[127.0.0.*]:*` }),
  }),
  'several UserKnownHostsFile': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  UserKnownHostsFile ${folder}/known_hosts ${folder}/known-2\n  IdentityFile ${keys[0]}`,
    files: { 'known-2': line('web') },
    known: '',
  }),
  GlobalKnownHostsFile: ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  GlobalKnownHostsFile ${folder}/global\n  IdentityFile ${keys[0]}`,
    files: { global: line('web') },
    known: '',
  }),
  'UserKnownHostsFile with a token': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  UserKnownHostsFile ${folder}/known-%n\n  IdentityFile ${keys[0]}`,
    files: { 'known-app': line('web') },
    known: '',
  }),
  'UserKnownHostsFile with a percent sign': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  UserKnownHostsFile ${folder}/known%%n\n  IdentityFile ${keys[0]}`,
    files: { 'known%n': line('web') },
    known: '',
  }),
  'UserKnownHostsFile with an unknown token': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  UserKnownHostsFile ${folder}/known_hosts ${folder}/%z\n  IdentityFile ${keys[0]}`,
  }),
  'GlobalKnownHostsFile, which takes no token': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  GlobalKnownHostsFile ${folder}/global-%n\n  IdentityFile ${keys[0]}`,
    files: { 'global-%n': line('web') },
    known: '',
  }),
  'RevokedHostKeys, which takes no token': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  RevokedHostKeys ${folder}/revoked-%n\n  IdentityFile ${keys[0]}`,
    files: { 'revoked-%n': line('db', { name: '' }) },
  }),
  'UserKnownHostsFile none under accept-new': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  UserKnownHostsFile none\n  GlobalKnownHostsFile ${folder}/known_hosts\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'RevokedHostKeys with the key': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  RevokedHostKeys ${folder}/revoked\n  IdentityFile ${keys[0]}`,
    files: { revoked: `# stolen\n${line('db', { name: '' })}\n ${line('web', { name: '' })} in march` },
  }),
  'RevokedHostKeys with the keys of others': ({ folder, web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  RevokedHostKeys ${folder}/revoked\n  IdentityFile ${keys[0]}`,
    files: { revoked: `#${line('web', { name: '' })}\n${line('db', { name: '' })}` },
  }),
  'RevokedHostKeys that is not there': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  RevokedHostKeys ${folder}/no-such-file\n  IdentityFile ${keys[0]}`,
  }),
  'RevokedHostKeys none': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  RevokedHostKeys none\n  IdentityFile ${keys[0]}`,
  }),
  'KnownHostsCommand that knows the key': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo "%H" ${line('web', { name: '' })}\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'KnownHostsCommand that knows the key of another name': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo %h ${line('web', { name: '' })}\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'KnownHostsCommand that echoes what is shown': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo %H %t %K\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'KnownHostsCommand that knows another key': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo %H ${line('db', { name: '' })}\n  StrictHostKeyChecking accept-new\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'KnownHostsCommand that prefers another type': ({ web, keys, line }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo %H ${line('web', { name: '', type: 'ecdsa' })}\n  IdentityFile ${keys[0]}`,
    known: '',
  }),
  'KnownHostsCommand with an unknown token': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/echo %z\n  IdentityFile ${keys[0]}`,
  }),
  'KnownHostsCommand that fails': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand /bin/false\n  IdentityFile ${keys[0]}`,
  }),
  'KnownHostsCommand that is not there': ({ folder, web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand ${folder}/no-such-program\n  IdentityFile ${keys[0]}`,
  }),
  'KnownHostsCommand without a full path': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand true\n  IdentityFile ${keys[0]}`,
  }),
  'KnownHostsCommand none': ({ web, keys }) => ({
    config: `Host app\n  ${at(web)}\n  KnownHostsCommand none\n  IdentityFile ${keys[0]}`,
  }),
}
