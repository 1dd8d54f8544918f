import type { AuthContext, AuthenticationType, Connection } from 'ssh2'
import type { Offer, SshServerOptions } from './fake-ssh-server.ts'

const keys: readonly AuthenticationType[] = ['publickey']
const all: readonly AuthenticationType[] = ['publickey', 'keyboard-interactive', 'password']

/** Decides who is let in over a connection, as the options have it; `offers` grows by each try. */
export function authenticate(client: Connection, options: SshServerOptions, offers: Offer[]): void {
  const { behaviour, maxAuthTries = 100, password, methods = password === undefined ? keys : all } = options
  let wanted = options.factors ?? []
  let failures = 0
  const due = () => [...(options.factors === undefined ? methods : wanted.slice(0, 1))]

  function decide(request: AuthContext, isIn: boolean): void {
    if (isIn && isProof(request)) wanted = wanted.slice(1)
    if (isIn && isProof(request) && wanted.length > 0) return void request.reject(due(), true)
    if (isIn) return void request.accept()
    failures += 1
    // As sshd after MaxAuthTries.
    if (failures >= maxAuthTries) client.end()
    else request.reject(due())
  }

  client.on('authentication', (request) => {
    offers.push(offerOf(request))
    if (behaviour === 'drops-in-auth') return void client.end()
    if (behaviour === 'frozen-in-auth') return
    if (options.factors !== undefined && !due().includes(request.method)) return decide(request, false)
    if (request.method === 'keyboard-interactive' && due().includes('keyboard-interactive'))
      request.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) => decide(request, answer === password))
    else decide(request, isLetIn(request, options))
  })
}

// A key is first shown, then signed with.
const isProof = (request: AuthContext) => request.method !== 'publickey' || request.signature !== undefined

function offerOf(request: AuthContext): Offer {
  const { method, username: user } = request
  if (method !== 'publickey') return { method, user }
  return { method, user, key: request.key.data, isSigned: request.signature !== undefined }
}

function isLetIn(request: AuthContext, { allowed, password }: SshServerOptions): boolean {
  if (request.method === 'publickey') return allowed?.some((key) => key.equals(request.key.data)) ?? true
  if (request.method === 'password') return password !== undefined && request.password === password
  return false
}
