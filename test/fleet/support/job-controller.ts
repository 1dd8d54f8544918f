// A controller in a process of its own, which can be killed: begins a job and follows it. Arguments: SERVER RUN WORK
import { serverNamed } from './fleet.ts'
import { fleetJob } from './fleet-job.ts'

const [name = '', run = '', work = ''] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)
const job = fleetJob(serverNamed(name), { run, work, onProgress: say })
say('beginning')
await job.begin()
say('begun')
await job.finish()
say('finished')
await job.close()
