import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type FleetServer, readFleet } from './fleet.ts'
import { asRoot, eventually } from './inside.ts'

/** What a load generator saw of the application. */
export interface Load {
  readonly sent: number
  readonly failed: number
  /** The first that failed, with its time. */
  readonly first?: string
}

const perSecond = 120

// The application: it says who it is and takes its time over an answer. It is unhealthy in every boot but the one in
// /srv/only-well-in, where that file exists; the load balancer checks another path.
const app = `
import http.server, os, socketserver, time
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        well = True
        if self.path == "/up" and os.path.exists("/srv/only-well-in"):
            well = open("/srv/only-well-in").read() == open("/proc/sys/kernel/random/boot_id").read()
        if self.path == "/":
            time.sleep(0.02)
        body = os.uname().nodename.encode()
        self.send_response(200 if well else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256
Server(("", 8080), Answer).serve_forever()`

/** Shell that has a small web application run on the server that it runs on, from its boot on. */
export const serveText = `cat >/usr/local/bin/shop.py <<'END'
${app}
END
    cat >/etc/systemd/system/shop.service <<'END'
[Service]
ExecStart=/usr/bin/python3 /usr/local/bin/shop.py
[Install]
WantedBy=multi-user.target
END
    systemctl daemon-reload; systemctl enable -q --now shop
    timeout 30 sh -c 'until busybox wget -q -O /dev/null http://localhost:8080/up; do sleep 0.2; done'`

export const serveOn = (server: FleetServer): Promise<string> => asRoot(server, serveText)

/**
 * Has a HAProxy send requests to these servers, as one would who wants to lose none to a server that has gone; of so many at
 * once that the application can keep them waiting.
 */
export const balance = (balancer: FleetServer, servers: readonly FleetServer[], atOnce = 256): Promise<string> =>
  asRoot(
    balancer,
    `cat >/etc/haproxy/haproxy.cfg <<'END'
global
  stats socket /run/haproxy/admin.sock mode 660 level admin
  user haproxy
  group haproxy
defaults
  mode http
  retries 0
  no option redispatch
  timeout connect 2s
  timeout client 10s
  timeout server 10s
frontend shop
  bind :80
  default_backend shop
backend shop
  option httpchk GET /alive
  default-server inter 300 fastinter 300 downinter 300 rise 1 fall 2 maxconn ${atOnce}
${servers.map(({ name, address }) => `  server ${name} ${address}:8080 check`).join('\n')}
END
    cp /usr/bin/socat /root/ours
    systemctl enable -q haproxy; systemctl restart haproxy
    timeout 30 sh -c 'until [ "$(${stateLines} | grep -c " 2 0 ")" = ${servers.length} ]; do sleep 0.2; done'`,
  )

const stateLines = 'echo show servers state | /root/ours - /run/haproxy/admin.sock | grep " shop "'

/** The state of each server that the balancer has, `2 0` for one that is up and in service. */
export const statesOn = async (balancer: FleetServer): Promise<Readonly<Record<string, string>>> => {
  const lines = (await asRoot(balancer, stateLines)).split('\n').map((line) => line.split(' '))
  return Object.fromEntries(lines.map((words) => [words[3] ?? '', `${words[5]} ${words[6]}`]))
}

/** Sends requests from the controller's network until `end`, which returns how they went. */
export const startLoad = ({ address }: FleetServer) => startLoadOn(`http://${address}/`)

/** The same by a URL, whose name is asked of a name server as rarely as its answers allow. */
export async function startLoadOn(
  url: string,
  ...nameServer: readonly string[]
): Promise<{ readonly end: () => Promise<Load> }> {
  const generator = fileURLToPath(new URL('load.js', import.meta.url))
  const child = spawn(
    'ip',
    [
      'netns',
      'exec',
      readFleet().controller.namespace,
      process.execPath,
      generator,
      url,
      `${perSecond}`,
      ...nameServer,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const said = text(child.stdout)
  await eventually(() => child.pid !== undefined, 5_000)
  return {
    end: async () => {
      child.stdin.end()
      return JSON.parse(await said) as Load
    },
  }
}
